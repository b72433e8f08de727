import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, FaultTiming, MailRecord, RequestRecord } from '../support/fake-resend/fake-resend.mjs';
import type { StandInNews, StandInOrder } from './stand-in.js';
import { holdsWithin } from './until.js';

export interface ProviderHistory {
  readonly requests: readonly RequestRecord[];
  readonly mails: readonly MailRecord[];
}

/** By then the load has brought the provider a mail, even past a gate that was shut. */
const STRIKE_DEADLINE_MS = 20_000;

/** The provider's side of a run: the process of the stand-in, its faults and its history on disk. */
export class Provider {
  /** Requests that met a fault so far, oldest first. */
  readonly struck: RequestRecord[] = [];
  private orders = Promise.resolve();
  /** How much of the history {@link newMails} has told of, in bytes. */
  private toldBytes = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly historyFile: string,
    readonly url: string,
  ) {
    child.on('message', (news: StandInNews) => {
      if (news.kind === 'fault') this.struck.push(news.record);
    });
  }

  static async start(historyFile: string, seed: number): Promise<Provider> {
    const child = fork(join(import.meta.dirname, 'stand-in.js'), [historyFile, String(seed)]);
    const [news] = (await once(child, 'message')) as [StandInNews];
    if (news.kind !== 'listening') throw new Error('The stand-in did not listen first');
    return new Provider(child, historyFile, news.url);
  }

  async meet(fault: Fault & FaultTiming): Promise<void> {
    await this.order({ fault });
  }

  async behave(): Promise<void> {
    await this.meet({ mode: 'ok' });
  }

  async setClockOffset(clockOffsetMs: number): Promise<void> {
    await this.order({ clockOffsetMs });
  }

  /** Waits until so many requests, counted from `since` in {@link struck}, met a fault and fit. */
  async hasStruck(
    count: number,
    since: number,
    fits: (record: RequestRecord) => boolean = () => true,
  ): Promise<boolean> {
    return holdsWithin(STRIKE_DEADLINE_MS, () => this.struck.slice(since).filter(fits).length >= count);
  }

  async history(): Promise<ProviderHistory> {
    const text = await readFile(this.historyFile, 'utf8');
    return {
      requests: recordsIn<RequestRecord>(text, 'request'),
      mails: recordsIn<MailRecord>(text, 'mail'),
    };
  }

  /** What it took since the last call. */
  async newMails(): Promise<MailRecord[]> {
    const file = await open(this.historyFile);
    try {
      const { size } = await file.stat();
      const fresh = Buffer.alloc(size - this.toldBytes);
      await file.read(fresh, 0, fresh.length, this.toldBytes);
      // The last line may be half written.
      const whole = fresh.subarray(0, fresh.lastIndexOf('\n') + 1);
      this.toldBytes += whole.length;
      return recordsIn<MailRecord>(whole.toString(), 'mail');
    } finally {
      await file.close();
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }

  private async order(order: StandInOrder): Promise<void> {
    this.orders = this.orders.then(async () => {
      const done = new Promise<void>((resolve) => {
        const listen = (news: StandInNews): void => {
          if (news.kind !== 'done') return;
          this.child.off('message', listen);
          resolve();
        };
        this.child.on('message', listen);
      });
      this.child.send(order);
      await done;
    });
    return this.orders;
  }
}

function recordsIn<Kind>(text: string, type: 'request' | 'mail'): Kind[] {
  const records = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Kind & { type: string });
  return records.filter((record) => record.type === type);
}
