/** A lean stand-in for Resend's API: answers `POST /emails` after a while, and knows what it took. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './worker.js';

export interface StandInPlan {
  readonly latencyMs: number;
  /** Requests per fixed second of the clock; what is above gets a 429. null: no limit. */
  readonly limitPerSecond: number | null;
}

export interface StandInReport {
  readonly requests: number;
  /** Answered with 429. */
  readonly throttled: number;
  /** Requests under a key that was accepted before: answered with the first id. */
  readonly repeats: number;
  /** Each accepted key, its id and when, in milliseconds of `performance.timeOrigin + performance.now()`. */
  readonly accepted: readonly { readonly key: string; readonly id: string; readonly atMs: number }[];
}

let plan: StandInPlan = { latencyMs: 0, limitPerSecond: null };
let requests = 0;
let throttled = 0;
let repeats = 0;
let accepted = new Map<string, { key: string; id: string; atMs: number }>();
let second = 0;
let inSecond = 0;

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function isOverLimit(): boolean {
  const current = Math.floor(nowMs() / 1_000);
  if (current !== second) [second, inSecond] = [current, 0];
  inSecond += 1;
  return plan.limitPerSecond !== null && inSecond > plan.limitPerSecond;
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  request.resume().on('end', () => {
    requests += 1;
    if (isOverLimit()) {
      throttled += 1;
      const body = { statusCode: 429, name: 'rate_limit_exceeded', message: 'Too many requests.' };
      reply(response, 429, body, { 'Retry-After': '1' });
      return;
    }
    const key = String(request.headers['idempotency-key']);
    const known = accepted.get(key);
    if (known !== undefined) repeats += 1;
    const mail = known ?? { key, id: randomUUID(), atMs: nowMs() };
    accepted.set(key, mail);
    const answer = (): void => reply(response, 200, { id: mail.id });
    if (plan.latencyMs === 0) answer();
    else setTimeout(answer, plan.latencyMs);
  });
}

function reply(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}

const server = createServer({ keepAliveTimeout: 60_000 }, handle).listen(0, '127.0.0.1');
await once(server, 'listening');

const handlers = {
  url: (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  /** Forgets everything. */
  begin: (next: StandInPlan): void => {
    plan = next;
    [requests, throttled, repeats, accepted] = [0, 0, 0, new Map()];
  },
  count: (): number => accepted.size,
  report: (): StandInReport => ({ requests, throttled, repeats, accepted: [...accepted.values()] }),
};
export type StandInHandlers = typeof handlers;
serve(handlers);
