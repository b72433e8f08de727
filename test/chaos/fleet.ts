import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KillOrder, KillPoint } from './kill-points.js';
import type { Random } from './random.js';
import type { ReplicaNews } from './replica.js';
import { holdsWithin } from './until.js';
import type { Guard } from './without-guard.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface FleetSettings {
  /** The replicas' working directory: no `.env`, room for their logs. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the replicas do without; none: nothing. */
  readonly guard?: Guard;
  /** Told of a replica that ended without being asked to; it is started again. */
  readonly onCrash: (text: string) => void;
}

/** A process that a supervisor keeps up may have to try more than once. */
const MOST_STARTS = 10;

const BOOT_DEADLINE_MS = 60_000;

/** One replica's place: the process that holds it may die and be followed by another. */
export class Replica {
  private child: ChildProcess | null = null;
  private exit: Promise<Exit> | null = null;
  private isDoomed = false;
  /** Where it serves; null: not now. */
  url: string | null = null;
  /** Frozen: it is up and answers nobody. */
  isFrozen = false;

  constructor(
    readonly name: string,
    private readonly settings: FleetSettings,
  ) {}

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} is not running`);
    return this.child.pid;
  }

  get serves(): boolean {
    return this.url !== null && !this.isFrozen;
  }

  /** Starts the process, again if it ends before it serves, as a supervisor would. */
  async start(): Promise<void> {
    for (let starts = 0; starts < MOST_STARTS; starts += 1) {
      if (await this.startOnce()) return;
    }
    throw new Error(`${this.name} does not start: see its log in ${this.settings.folder}`);
  }

  /** The next request that passes the point is the process's last. @returns how it ended, once it has */
  async dieAt(point: KillPoint): Promise<Exit> {
    this.isDoomed = true;
    this.child?.send({ point, signal: 'SIGKILL' } satisfies KillOrder);
    return this.ended();
  }

  /** The next work that passes the point stops there, and the whole process with it. @returns false: by then none has */
  async freezeAt(point: KillPoint, deadlineMs: number): Promise<boolean> {
    this.child?.send({ point, signal: 'SIGSTOP' } satisfies KillOrder);
    const stat = `/proc/${this.pid}/stat`;
    this.isFrozen = await holdsWithin(deadlineMs, async () =>
      (await readFile(stat, 'utf8')).includes(') T '),
    );
    return this.isFrozen;
  }

  /** @returns how it ended, once it has */
  async signal(signal: NodeJS.Signals): Promise<Exit> {
    this.isDoomed = true;
    if (signal === 'SIGKILL') this.url = null;
    this.child?.kill(signal);
    return this.ended();
  }

  async ended(): Promise<Exit> {
    return this.exit ?? { code: null, signal: null };
  }

  freeze(): void {
    this.isFrozen = true;
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.isFrozen = false;
    this.child?.kill('SIGCONT');
  }

  private async startOnce(): Promise<boolean> {
    const { folder, environment, guard } = this.settings;
    const log = openSync(join(folder, `${this.name}.log`), 'a');
    const child = fork(
      join(import.meta.dirname, 'replica.js'),
      [this.name, ...(guard === undefined ? [] : [guard])],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], PORT: '0', ...environment },
        execArgv: ['--enable-source-maps'],
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    closeSync(log);
    this.child = child;
    this.isDoomed = false;
    this.isFrozen = false;
    this.exit = once(child, 'exit').then(([code, signal]) => {
      const wasServing = this.url !== null;
      this.url = null;
      if (wasServing && !this.isDoomed) {
        this.settings.onCrash(`${this.name} ended by itself: ${String(code ?? signal)}`);
        void this.start();
      }
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    const news = await Promise.race([once(child, 'message'), this.exit]);
    if (!Array.isArray(news)) return false;
    this.url = (news[0] as ReplicaNews).url;
    return true;
  }
}

/** All replicas of a run, on one database and one provider. */
export class Fleet {
  readonly replicas: readonly Replica[];
  private readonly starting = new Set<Promise<void>>();

  constructor(count: number, settings: FleetSettings) {
    this.replicas = Array.from(
      { length: count },
      (_, index) => new Replica(`replica-${index + 1}`, settings),
    );
  }

  async start(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.start()));
  }

  /** Starts a replica again, in the background. */
  revive(replica: Replica): void {
    const started = replica.start().finally(() => this.starting.delete(started));
    this.starting.add(started);
  }

  /** Waits until every replica serves. */
  async isWhole(): Promise<void> {
    await Promise.all(this.starting);
    const whole = await holdsWithin(BOOT_DEADLINE_MS, () => this.replicas.every(({ serves }) => serves));
    if (!whole) throw new Error('A replica does not serve again');
  }

  /** One that serves, while at least one other does too. */
  async victim(random: Random): Promise<Replica> {
    await holdsWithin(BOOT_DEADLINE_MS, () => this.serving.length > 1);
    return random.pick(this.serving);
  }

  /** Where requests may go now; empty while nobody serves. */
  get urls(): string[] {
    return this.serving.flatMap(({ url }) => (url === null ? [] : [url]));
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.starting);
    await Promise.all(this.replicas.map((replica) => replica.signal('SIGKILL')));
  }

  private get serving(): Replica[] {
    return this.replicas.filter(({ serves }) => serves);
  }
}
