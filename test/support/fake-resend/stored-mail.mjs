import { problem, json } from './problems.mjs';
import { recipientsOf } from './send-request.mjs';

const DEFAULT_LIMIT = 20;
const MOST_ROWS = 100;

/** Answers `GET /emails`: newest first; like Resend's, the rows have neither tags nor bodies. */
export function listMails(mails, query) {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) {
    return problem(422, 'validation_error', '`limit` must be a number between 1 and 100.');
  }
  const after = query.get('after');
  const before = query.get('before');
  if (after !== null && before !== null) {
    return problem(422, 'validation_error', '`after` and `before` cannot be used together.');
  }

  const newestFirst = mails.toReversed();
  const cursor = newestFirst.findIndex(({ id }) => id === (after ?? before));
  if ((after ?? before) !== null && cursor === -1) {
    return problem(422, 'validation_error', 'The cursor is not the id of an email.');
  }
  const side = before === null ? newestFirst.slice(cursor + 1) : newestFirst.slice(0, cursor);
  const page = before === null ? side.slice(0, limit) : side.slice(-limit);
  return json(200, { object: 'list', has_more: side.length > page.length, data: page.map(row) });
}

/** Answers `GET /emails/:id`. */
export function getMail(mails, id) {
  const mail = mails.find((candidate) => candidate.id === id);
  if (mail === undefined) return problem(404, 'not_found', 'Email not found');
  const { html = null, text = null } = mail.body;
  return json(200, { object: 'email', ...row(mail), html, text, tags: mail.tags });
}

function row({ id, messageId, at, body }) {
  return {
    id,
    message_id: messageId,
    to: recipientsOf(body),
    from: body.from,
    created_at: new Date(at).toISOString().replace('T', ' ').replace('Z', '000+00'),
    subject: body.subject,
    bcc: null,
    cc: null,
    reply_to: body.reply_to === undefined ? null : [body.reply_to].flat(),
    last_event: 'sent',
    scheduled_at: null,
  };
}
