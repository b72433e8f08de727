import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { FaultPlan, strikesAfter, strikesBefore } from './fault-plan.mjs';
import { History } from './history.mjs';
import { KeyMemory } from './key-memory.mjs';
import { Quota, RateLimit } from './limits.mjs';
import { json, problem } from './problems.mjs';
import { recipientsOf, refuseCaller, refuseKey, refuseMail } from './send-request.mjs';
import { getMail, listMails } from './stored-mail.mjs';
import { ReceivedMails } from './received-mails.mjs';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The part of Resend's API that sends and lists mail, on loopback; see `fake-resend.d.mts` for what it promises. */
export class FakeResend {
  history;
  rateLimit;
  quota;
  readFault = null;
  received = new ReceivedMails();
  #now;
  #keys;
  #faults;
  #options;
  #server = createServer((request, response) => void this.#serve(request, response));

  static async start(options = {}) {
    const fake = new FakeResend(options);
    fake.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  constructor(options) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#keys = new KeyMemory(options.ttlMs ?? DAY_MS, this.#now);
    this.#faults = new FaultPlan(options.seed ?? 1);
    this.rateLimit = new RateLimit(options.ratePerSecond, this.#now);
    this.quota = new Quota({ daily: options.dailyQuota, monthly: options.monthlyQuota }, this.#now);
    this.history = new History(options.historyFile);
  }

  get baseUrl() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  setMode(mode, when) {
    this.#faults.set(mode, when);
  }

  /** Cuts every open connection, hung ones too. */
  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    this.history.close();
  }

  async #serve(request, response) {
    try {
      const body = Buffer.concat(await request.toArray());
      const url = new URL(request.url, this.baseUrl);
      const answer = url.pathname.startsWith('/_control/')
        ? this.#control(request.method, url.pathname, body)
        : (this.received.download(url.pathname) ?? (await this.#api(request, url, body)));
      await deliver(answer, response);
    } catch (error) {
      // The caller went away, or this file is wrong: either way the caller must not take it for an answer.
      response.destroy(error);
    }
  }

  #control(method, path, body) {
    if (method === 'GET' && path === '/_control/history') {
      const { requests, mails, accepted } = this.history;
      return json(200, { requests, mails, accepted: [...accepted.values()] });
    }
    if (method === 'PUT' && path === '/_control/mode') {
      const { times, probability, ...mode } = JSON.parse(body.toString());
      this.setMode(mode, { times, probability });
      return { status: 204, headers: {}, body: '' };
    }
    return problem(404, 'not_found', 'Not found');
  }

  async #api(request, url, body) {
    const { headers: rateHeaders, refusal } = this.rateLimit.take();
    const answer = refuseCaller(request.headers, this.#options.apiKeys) ?? refusal;
    const isSend = request.method === 'POST' && url.pathname === '/emails';
    if (request.method === 'GET') {
      this.history.reads.push({ at: this.#now(), path: url.pathname + url.search });
    }
    const given = isSend
      ? await this.#send(request, body, answer)
      : (answer ?? this.#read(request.method, url));
    return { ...given, headers: { ...rateHeaders, ...given.headers } };
  }

  #read(method, url) {
    const [, receivedId] = /^\/emails\/receiving\/([^/]+)$/.exec(url.pathname) ?? [];
    if (receivedId !== undefined && method === 'GET') return this.received.get(receivedId, this.baseUrl);
    const [, id] = /^\/emails\/([^/]+)$/.exec(url.pathname) ?? [];
    if (url.pathname !== '/emails' && id === undefined) return problem(404, 'not_found', 'Not found');
    if (method !== 'GET') return problem(405, 'method_not_allowed', 'Method not allowed');
    if (this.readFault === 'hang') return { ending: 'hang' };
    if (this.readFault !== null) return problem(this.readFault, 'application_error', 'Internal server error');
    if (this.#options.sendOnly) return problem(401, 'restricted_api_key', 'This API key is restricted');
    const { mails } = this.history;
    return id === undefined ? listMails(mails, url.searchParams) : getMail(mails, id);
  }

  async #send(request, raw, earlyRefusal) {
    const sent = {
      at: this.#now(),
      caller: request.headers['user-agent'] ?? null,
      key: request.headers['idempotency-key'] ?? null,
      bodySha256: sha256(raw),
      body: parseJson(raw),
    };
    const fault = earlyRefusal === undefined ? this.#faults.draw() : { mode: 'ok' };
    const { outcome, answer } =
      earlyRefusal === undefined ? await this.#process(sent, fault) : refused(earlyRefusal);
    const spoilt = strikesAfter(fault) && answer.status === 200 ? spoil(answer, fault) : answer;
    const record = {
      at: sent.at,
      caller: sent.caller,
      key: sent.key,
      bodySha256: sent.bodySha256,
      toSha256: sent.body?.to === undefined ? null : sha256(recipientsOf(sent.body).join(',')),
      tags: sent.body?.tags ?? [],
      mode: fault.mode,
      outcome,
      answered: spoilt.ending ?? spoilt.status,
    };
    this.history.addRequest(record);
    this.#options.onRecord?.(record);
    return spoilt;
  }

  async #process(sent, fault) {
    if (sent.body === undefined) {
      return refused(problem(400, 'validation_error', 'The request body is not JSON.'));
    }
    if (strikesBefore(fault)) return { outcome: 'fault', answer: breakDown(fault) };
    const known = sent.key === null ? undefined : this.#keys.find(sent.key);
    if (known !== undefined) return recall(known, sent);

    const isSticky = fault.mode === 'sticky-500';
    if (sent.key !== null) this.#keys.begin(sent.key, sent.bodySha256);
    if (fault.mode === 'slow') await delay(fault.delayMs);
    const result = isSticky ? { outcome: 'fault', answer: breakDown(fault) } : this.#decide(sent);
    if (sent.key !== null) {
      if (isSticky || result.outcome === 'accepted') this.#keys.complete(sent.key, result.answer);
      else this.#keys.release(sent.key);
    }
    return result;
  }

  #decide(sent) {
    const refusal =
      refuseKey(sent.key) ??
      refuseMail(sent.body, { blockTestDomains: this.#options.blockTestDomains ?? false }) ??
      this.quota.refusal(this.history.mails);
    if (refusal !== undefined) return refused(refusal);

    const id = randomUUID();
    const messageId = `<0102${randomUUID().replaceAll('-', '').slice(0, 12)}-${randomUUID()}-000000@eu-west-1.amazonses.com>`;
    this.history.addMail({ id, messageId, tags: sent.body.tags ?? [], ...sent });
    return { outcome: 'accepted', answer: json(200, { id }) };
  }
}

function recall(known, { bodySha256 }) {
  if (known.bodySha256 !== bodySha256) {
    const message = 'Same idempotency key used with a different request payload';
    return refused(problem(409, 'invalid_idempotent_request', message));
  }
  if (known.answer === undefined) {
    const message = 'Another request with the same idempotency key is in progress';
    return refused(problem(409, 'concurrent_idempotent_requests', message));
  }
  return { outcome: 'replayed', answer: known.answer };
}

function refused(answer) {
  return { outcome: 'refused', answer };
}

function breakDown(fault) {
  switch (fault.mode) {
    case 'answer':
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' };
    case 'reset-before':
      return { ending: 'reset' };
    case 'null-body':
      return { status: 503, headers: {}, body: 'null' };
    case 'html-502':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' };
    case 'unauthorized':
      return problem(401, 'restricted_api_key', 'This API key is restricted');
    default:
      return problem(500, 'application_error', 'Internal server error');
  }
}

function spoil(answer, { mode }) {
  switch (mode) {
    case 'accept-then-reset':
      return { ...answer, ending: 'reset' };
    case 'accept-then-hang':
      return { ...answer, ending: 'hang' };
    case 'accept-then-stall':
      return { ...answer, ending: 'stall' };
    case 'truncated-200':
      return { ...answer, body: answer.body.slice(0, -4) };
    case 'empty-200':
      return { ...answer, body: '' };
    case 'empty-object-200':
      return { ...answer, body: '{}' };
    default:
      return problem(500, 'application_error', 'Internal server error');
  }
}

/** Writes the answer, or does to the connection what its `ending` says. */
async function deliver({ status, headers, body, ending }, response) {
  switch (ending) {
    case 'reset':
      response.socket.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'stall':
      response.writeHead(status, { 'content-type': 'application/json' });
      response.write(body.slice(0, 4));
      return;
    default:
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      response.end(body);
  }
}

function parseJson(raw) {
  try {
    const value = JSON.parse(raw.toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
