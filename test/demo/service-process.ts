import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { OnWire } from '../support/app.js';
import type { ServiceNews, ServiceOrder } from './service.js';

/** What a call sends. Objects go as JSON. */
export interface Sent {
  readonly body?: unknown;
  readonly type?: 'application/json' | 'message/rfc822' | 'text/csv';
}

/** The running service: its REST API, and a hand on its clock. */
export class DemoService {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts it in a folder, which its database goes to, with these variables and none of ours. */
  static async start(folder: string, environment: Readonly<Record<string, string>>): Promise<DemoService> {
    const child = fork(join(import.meta.dirname, 'service.js'), {
      cwd: folder,
      env: { PATH: process.env['PATH'], TMPDIR: folder, ...environment },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const news = await nextNews(child);
    if (news.kind !== 'listening') throw new Error('The service did not listen first');
    return new DemoService(child, news.url);
  }

  /**
   * Makes it this time for the service, and waits until it has done all that is due.
   *
   * @returns when it has something to do again; null: it waits for others
   */
  async live(time: Date): Promise<Date | null> {
    const told = nextNews(this.child);
    this.child.send({ time: time.toISOString() } satisfies ServiceOrder);
    const news = await told;
    if (news.kind === 'failed') throw new Error(`The service failed: ${news.reason}`);
    return news.kind === 'rested' && news.nextAt !== null ? new Date(news.nextAt) : null;
  }

  /** Ends it, if it has not ended by itself. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
  }

  /** Calls a route below `/api/cam/`, or anywhere when its path begins with a slash; another answer than 2xx is an error. */
  async call<Body>(method: string, path: string, sent: Sent = {}): Promise<OnWire<Body>> {
    const { body, type = 'application/json' } = sent;
    const response = await fetch(this.url + (path.startsWith('/') ? path : `/api/cam/${path}`), {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as OnWire<Body>;
  }

  async get<Body>(path: string): Promise<OnWire<Body>> {
    return this.call<Body>('GET', path);
  }

  /** All pages of a list, as it orders them. */
  async list<Item>(path: string): Promise<OnWire<Item>[]> {
    const items: OnWire<Item>[] = [];
    let next: string | null = `/api/cam/${path}${path.includes('?') ? '&' : '?'}limit=100`;
    while (next !== null) {
      const response = await fetch(this.url + next);
      if (!response.ok) throw new Error(`${next} was answered ${response.status}`);
      items.push(...((await response.json()) as OnWire<Item>[]));
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
    }
    return items;
  }
}

/** The next word of the service. Rejects when it ends instead. */
async function nextNews(child: ChildProcess): Promise<ServiceNews> {
  const over = new AbortController();
  const ended = once(child, 'close', { signal: over.signal }).then(() => {
    throw new Error('The service ended');
  });
  try {
    const [news] = (await Promise.race([once(child, 'message', { signal: over.signal }), ended])) as [
      ServiceNews,
    ];
    return news;
  } finally {
    over.abort();
    ended.catch(() => undefined);
  }
}
