import { MailReader, type ReadResult } from '../../src/inbox/reading/mail-reader.service.js';
import { type ReadFormat, readMail } from '../../src/inbox/reading/read-mail.js';

/** Reads as {@link MailReader} does, without its thread and limits: for specs that send no hostile mail. */
export class InProcessMailReader extends MailReader {
  override async read(raw: Uint8Array, format: ReadFormat = 'rfc822'): Promise<ReadResult> {
    return { kind: 'read', ...(await readMail(raw, format)) };
  }
}
