import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { classifyText } from './inbox/classification/classify.js';
import type { Classification } from './inbox/classification/classification.js';
import { readMail } from './inbox/reading/read-mail.js';
import type { ParsedMail } from './inbox/reading/parsed-mail.js';
import { htmlToReplyText } from './inbox/reply-text/html-to-reply-text.js';
import { visibleText } from './inbox/reply-text/visible-text.js';

interface Input {
  readonly id: string;
  readonly path: string;
  readonly format: 'rfc822' | 'text' | 'html';
}

const { values } = parseArgs({
  options: { list: { type: 'string' }, root: { type: 'string' }, sent: { type: 'string' } },
});

const root = resolve(values.root ?? '.');
const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean);
for (const line of lines(values.list ?? '')) {
  const { id, path, format } = JSON.parse(line) as Input;
  const raw = readFileSync(isAbsolute(path) ? path : join(root, path));
  if (format === 'rfc822') {
    const { mail, visibleText: written, classification } = await readMail(raw);
    print(id, classification, written, mail);
  } else {
    const text = format === 'html' ? htmlToReplyText(raw.toString('utf8')) : raw.toString('utf8');
    const written = visibleText(text);
    print(id, classifyText(written), written, null);
  }
}

function print(id: string, found: Classification, written: string, mail: ParsedMail | null): void {
  const plus = mail?.recipients.map((address) => /^[^+@]+\+([^@]+)@/.exec(address)?.[1]).find(Boolean);
  process.stdout.write(
    `${JSON.stringify({
      id,
      class: found.class,
      confidence: found.confidence,
      reason: found.reason,
      delayed: found.delayed,
      recipients: found.recipients.map(({ address, kind, status }) => ({
        address,
        hard: kind === null ? null : kind === 'hard',
        status,
      })),
      original_message_id: found.originalMessageId,
      in_reply_to: mail?.inReplyTo[0] ?? mail?.references.at(-1) ?? null,
      plus_token: plus ?? null,
      feedback_type: found.feedbackType,
      visible_text: written,
      return_date: found.returnDate,
    })}\n`,
  );
}
