import type { Resend } from 'resend';
import { isLoopbackHost } from '../../../config/loopback.js';
import type {
  ReceivedAnswer,
  ReceivedContent,
  ReceivedMail,
  ReceivedMailStore,
} from '../received-mail-store.js';
import { createResendClient, type ResendAccount } from './resend-client.js';

/** What Resend's ids are made of, and more: the SDK puts an id into the path as it is. */
const ID = /^[\w-]{1,100}$/;

const MESSAGE_ID = /<[^<>\s]+>/g;

/** `GET /emails/receiving/:id` of one account, and the link to the bytes that stands in its answer. */
export class ResendReceivedMail implements ReceivedMailStore {
  readonly #resend: Resend;
  /** A stand-in of Resend on this machine hands out links to this machine; Resend does not. */
  readonly #isLocal: boolean;

  constructor(account: ResendAccount) {
    this.#resend = createResendClient(account);
    this.#isLocal = account.baseUrl !== undefined && isLoopbackHost(new URL(account.baseUrl).hostname);
  }

  async find(receivedId: string, timeoutMs: number): Promise<ReceivedAnswer<ReceivedMail>> {
    if (!ID.test(receivedId)) return { kind: 'gone', reason: 'The id of the mail fits into no path' };
    // The SDK hands unknown options on to fetch. A followed redirect would show the key to somebody else.
    const options = { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' };
    let answer: unknown;
    try {
      answer = await this.#resend.emails.receiving.get(receivedId, {}, options);
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.name : 'The SDK failed' };
    }
    const status = field(field(answer, 'error'), 'statusCode');
    if (status === 404) return { kind: 'gone', reason: 'Resend has no such mail' };
    if (typeof status === 'number') return { kind: 'failed', reason: `Resend answered ${status}` };
    const mail = readMail(field(answer, 'data'));
    return mail === null
      ? { kind: 'failed', reason: 'No readable answer from Resend' }
      : { kind: 'told', value: mail };
  }

  async download(
    { location }: ReceivedMail,
    mostBytes: number,
    timeoutMs: number,
  ): Promise<ReceivedAnswer<ReceivedContent>> {
    if (!this.isAllowed(location)) return { kind: 'failed', reason: 'The link to the mail is not https' };
    try {
      const response = await fetch(location, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        return { kind: 'failed', reason: `The link to the mail answered ${response.status}` };
      }
      return { kind: 'told', value: await readAtMost(response.body, mostBytes) };
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.name : 'The download failed' };
    }
  }

  private isAllowed(location: string): boolean {
    if (!URL.canParse(location)) return false;
    const { protocol, hostname } = new URL(location);
    return protocol === 'https:' || (protocol === 'http:' && this.#isLocal && isLoopbackHost(hostname));
  }
}

/** Null: it is not what Resend's documentation says, and without a link there is nothing to ingest. */
function readMail(data: unknown): ReceivedMail | null {
  const location = field(field(data, 'raw'), 'download_url');
  if (typeof location !== 'string') return null;
  const createdAt = field(data, 'created_at');
  const receivedAt = new Date(typeof createdAt === 'string' ? createdAt.replace(' ', 'T') : Number.NaN);
  const headers = field(data, 'headers');
  const fields =
    typeof headers === 'object' && headers !== null ? Object.entries(headers as Record<string, unknown>) : [];
  return {
    receivedAt: Number.isNaN(receivedAt.getTime()) ? null : receivedAt,
    answeredIds: fields
      .filter(([name]) => /^(?:in-reply-to|references)$/i.test(name))
      .flatMap(([, value]) => (typeof value === 'string' ? (value.match(MESSAGE_ID) ?? []) : [])),
    location,
  };
}

async function readAtMost(body: ReadableStream<Uint8Array>, mostBytes: number): Promise<ReceivedContent> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > mostBytes) break;
  }
  const raw = Buffer.concat(chunks);
  return { raw: raw.subarray(0, mostBytes), cut: length > mostBytes };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
