import { parentPort } from 'node:worker_threads';
import { MalformedMailError } from './parse-mail.js';
import { readMail } from './read-mail.js';
import type { ReaderMessage, ReadRequest } from './reader-messages.js';

const port = parentPort;
if (port === null) throw new Error('mail-reader.worker is the thread of MailReader');

port.on(
  'message',
  (request: ReadRequest) => void answer(request).then((message) => port.postMessage(message)),
);
port.postMessage({ kind: 'ready' } satisfies ReaderMessage);

/** Any other failure is a bug of the rules: it ends this thread, and the mail counts as `crashed`. */
async function answer({ raw, format }: ReadRequest): Promise<ReaderMessage> {
  try {
    return { kind: 'read', read: await readMail(raw, format) };
  } catch (error) {
    if (error instanceof MalformedMailError) return { kind: 'malformed' };
    throw error;
  }
}
