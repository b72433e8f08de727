import { problem } from './problems.mjs';

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;
const NAMED_ADDRESS = /^[^<>]*<([^<>]+)>$/;
const TAG_TEXT = /^[A-Za-z0-9_-]{1,256}$/;
const TEST_DOMAINS = ['example.com', 'test.com'];
const MOST_RECIPIENTS = 50;

/** @returns the refusal that a request's own headers earn, whatever its path */
export function refuseCaller(headers, apiKeys) {
  if (!headers['user-agent']) return { status: 403, headers: {}, body: 'error code: 1010' };
  const [, apiKey] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
  if (apiKey === undefined) return problem(401, 'missing_api_key', 'Missing API Key');
  const isKnown = apiKeys === undefined ? apiKey.startsWith('re_') : apiKeys.includes(apiKey);
  return isKnown ? undefined : problem(403, 'invalid_api_key', 'API key is invalid');
}

export function refuseKey(key) {
  if (key === null || (key.length >= 1 && key.length <= 256)) return undefined;
  return problem(400, 'invalid_idempotency_key', 'The idempotency key must be between 1 and 256 characters.');
}

/** @returns the refusal of a mail that Resend would not take from anybody */
export function refuseMail(mail, { blockTestDomains }) {
  for (const name of ['from', 'to', 'subject']) {
    if (isMissing(mail[name])) return missing(name);
  }
  if (['html', 'text', 'template'].every((name) => isMissing(mail[name]))) return missing('html');

  if (!isAddress(mail.from)) return malformed('from');
  const recipients = recipientsOf(mail);
  if (recipients.length > MOST_RECIPIENTS || !recipients.every(isAddress)) return malformed('to');
  if (blockTestDomains && recipients.some(isAtTestDomain)) {
    return problem(
      422,
      'validation_error',
      'Invalid `to` field. Use our testing addresses, not this domain.',
    );
  }
  return refuseTags(mail.tags ?? []);
}

export function recipientsOf({ to }) {
  return Array.isArray(to) ? to : [to];
}

function refuseTags(tags) {
  const isFine =
    Array.isArray(tags) &&
    tags.every((tag) => TAG_TEXT.test(tag?.name ?? '') && TAG_TEXT.test(tag?.value ?? ''));
  if (isFine) return undefined;
  return problem(
    422,
    'validation_error',
    'Tags should only contain ASCII letters, numbers, underscores, or dashes.',
  );
}

function isMissing(value) {
  return value === undefined || value === null || value === '';
}

function missing(name) {
  return problem(422, 'missing_required_field', `Missing \`${name}\` field.`);
}

function malformed(name) {
  return problem(
    422,
    'validation_error',
    `Invalid \`${name}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
  );
}

function isAddress(value) {
  return typeof value === 'string' && ADDRESS.test(bareAddress(value));
}

function isAtTestDomain(value) {
  return TEST_DOMAINS.includes(bareAddress(value).split('@')[1].toLowerCase());
}

function bareAddress(value) {
  return (NAMED_ADDRESS.exec(value)?.[1] ?? value).trim();
}
