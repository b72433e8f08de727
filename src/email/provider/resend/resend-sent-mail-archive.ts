import type { RequestOptions, Resend } from 'resend';

import type { ArchiveAnswer, ArchivedMail, ArchivePage, SentMailArchive } from '../sent-mail-archive.js';
import { messageIdHeaderOf } from './message-id-header.js';
import { createResendClient, type ResendAccount } from './resend-client.js';

/** The most that Resend gives at once. */
const PAGE_SIZE = 100;

/** What Resend's ids are made of, and more: the SDK puts an id into the path as it is. */
const ID = /^[\w-]{1,100}$/;

/** Of its documentation on data retention. */
const MEMORY_MS = 30 * 24 * 60 * 60 * 1000;

/** Set by the dispatcher on every mail. */
const SEND_KEY_TAG = 'cam_send';

/** A missing key and one that may only send; an unknown key, and one without the right. */
const FORBIDDEN: ReadonlySet<unknown> = new Set([401, 403]);

/** `GET /emails` and `GET /emails/:id` of one account. */
export class ResendSentMailArchive implements SentMailArchive {
  readonly memoryMs = MEMORY_MS;
  readonly #resend: Resend;

  constructor(account: ResendAccount) {
    this.#resend = createResendClient(account);
  }

  async list(cursor: string | null, timeoutMs: number): Promise<ArchiveAnswer<ArchivePage>> {
    const page = { limit: PAGE_SIZE, ...(cursor !== null && { after: cursor }) };
    return ask((options) => this.#resend.emails.list(page, options), readPage, timeoutMs);
  }

  async findSendKey(messageId: string, timeoutMs: number): Promise<ArchiveAnswer<string | null>> {
    return this.#show(messageId, readSendKey, timeoutMs);
  }

  async findMessageIdHeader(messageId: string, timeoutMs: number): Promise<ArchiveAnswer<string | null>> {
    return this.#show(messageId, readMessageIdHeader, timeoutMs);
  }

  async #show<Value>(
    messageId: string,
    read: (mail: unknown) => Value | undefined,
    timeoutMs: number,
  ): Promise<ArchiveAnswer<Value>> {
    if (!ID.test(messageId)) return { kind: 'failed', reason: 'The id of the mail fits into no path' };
    return ask((options) => this.#resend.emails.get(messageId, options), read, timeoutMs);
  }
}

async function ask<Value>(
  call: (options: RequestOptions) => Promise<unknown>,
  read: (data: unknown) => Value | undefined,
  timeoutMs: number,
): Promise<ArchiveAnswer<Value>> {
  // The SDK hands unknown options on to fetch. A followed redirect would show the key to somebody else.
  const options = { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' };
  let answer: unknown;
  try {
    answer = await call(options);
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.name : 'The SDK failed' };
  }
  const error = field(answer, 'error');
  const value = isAbsent(error) ? read(field(answer, 'data')) : undefined;
  if (value !== undefined) return { kind: 'told', value };
  const status = field(error, 'statusCode');
  return { kind: FORBIDDEN.has(status) ? 'forbidden' : 'failed', reason: describe(error, status) };
}

/** Without Resend's message, which may quote addresses. */
function describe(error: unknown, status: unknown): string {
  const name = field(error, 'name');
  if (typeof status === 'number') {
    return `Resend answered ${status} ${typeof name === 'string' ? name.slice(0, 64) : ''}`.trim();
  }
  return isAbsent(error) ? 'No readable answer from Resend' : 'No answer from Resend';
}

function readPage(data: unknown): ArchivePage | undefined {
  const rows = field(data, 'data');
  if (!Array.isArray(rows)) return undefined;
  const last = field(rows.at(-1), 'id');
  const older = field(data, 'has_more') === true && typeof last === 'string' && ID.test(last) ? last : null;
  return { mails: rows.flatMap(readMail), older };
}

/** None when the row is not what Resend's documentation says: there is nothing to compare then. */
function readMail(row: unknown): ArchivedMail[] {
  const messageId = field(row, 'id');
  const subject = field(row, 'subject');
  const acceptedAt = readInstant(field(row, 'created_at'));
  if (typeof messageId !== 'string' || typeof subject !== 'string' || acceptedAt === undefined) return [];
  const recipients = [field(row, 'to')].flat().filter((to) => typeof to === 'string');
  return [{ messageId, subject, acceptedAt, recipients }];
}

function readSendKey(data: unknown): string | null | undefined {
  if (typeof field(data, 'id') !== 'string') return undefined;
  const tags: unknown = field(data, 'tags');
  const tag: unknown = Array.isArray(tags)
    ? tags.find((candidate) => field(candidate, 'name') === SEND_KEY_TAG)
    : undefined;
  const value = field(tag, 'value');
  return typeof value === 'string' ? value : null;
}

function readMessageIdHeader(data: unknown): string | null | undefined {
  return typeof field(data, 'id') === 'string' ? messageIdHeaderOf(field(data, 'message_id')) : undefined;
}

/** RFC 3339, and what PostgreSQL prints: `2026-11-22 10:00:00.123456+00`. */
function readInstant(text: unknown): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const instant = new Date(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00'));
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
