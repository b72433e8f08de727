import { randomUUID } from 'node:crypto';
import { json, problem } from './problems.mjs';

const RAW = '/_raw/';

/** Mail that reached the account: its metadata, and links to its bytes that need no key. */
export class ReceivedMails {
  downloads = 0;
  failure = null;
  #mails = new Map();

  add({ from, to, raw, headers = {} }) {
    const id = randomUUID();
    const data = {
      email_id: id,
      created_at: new Date().toISOString(),
      from,
      to: [...to],
      cc: [],
      bcc: [],
      received_for: [...to],
      message_id: headers['message-id'] ?? `<${id}@received.test>`,
      subject: headers['subject'] ?? '',
      attachments: [],
    };
    this.#mails.set(id, { data, raw, headers });
    return { id, data };
  }

  /** Answers `GET /emails/receiving/:id`. */
  get(id, baseUrl) {
    const mail = this.#mails.get(id);
    if (mail === undefined) return problem(404, 'not_found', 'Email not found');
    return json(200, {
      ...mail.data,
      email_id: undefined,
      object: 'email',
      id,
      html: null,
      text: null,
      headers: mail.headers,
      raw: {
        download_url: `${baseUrl}${RAW}${id}`,
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      },
    });
  }

  /** Answers a link that {@link get} gave; undefined: it is none. */
  download(path) {
    if (!path.startsWith(RAW)) return undefined;
    this.downloads += 1;
    if (this.failure === 0) return { ending: 'reset' };
    if (this.failure !== null) return problem(this.failure, 'application_error', 'No luck');
    const mail = this.#mails.get(path.slice(RAW.length));
    if (mail === undefined) return problem(404, 'not_found', 'Not found');
    return { status: 200, headers: { 'content-type': 'message/rfc822' }, body: mail.raw };
  }
}
