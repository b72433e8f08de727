import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Linux counts CPU time in hundredths of a second. */
const MS_PER_TICK = 10;

const BOOT_DEADLINE_MS = 30_000;

export interface ProductOptions {
  readonly databaseUrl: string;
  readonly providerUrl: string;
  readonly ratePerSecond: number;
  /** Where a CPU profile is left when the process ends; null: none is made. */
  readonly profileFolder: string | null;
}

/** The service as its users run it: its own `main`, in a process of its own, told everything by its environment. */
export class Product {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(options: ProductOptions): Promise<Product> {
    const folder = await mkdtemp(join(tmpdir(), 'cam-bench-product-'));
    const logFile = join(folder, 'log');
    const log = openSync(logFile, 'w');
    const profiling =
      options.profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileFolder}`];
    const child = spawn(process.execPath, [...profiling, '--enable-source-maps', MAIN], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        PORT: '0',
        DATABASE_URL: options.databaseUrl,
        AICMO_RESEND_API_KEY: 're_bench',
        AICMO_RESEND_BASE_URL: options.providerUrl,
        AICMO_RESEND_FROM_EMAIL: 'Bench <bench@sender.test>',
        AICMO_RESEND_RATE_PER_SECOND: String(options.ratePerSecond),
        AICMO_CAM_EMAIL_DAILY_CAP: '0',
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const url = await until('the service listens', BOOT_DEADLINE_MS, async () => {
      const text = await readFile(logFile, 'utf8');
      if (child.exitCode !== null) throw new Error(`The service ended before it listened:\n${text}`);
      return /"event":"http\.listening","url":"([^"]+)"/.exec(text)?.[1];
    });
    return new Product(child, url, folder);
  }

  /** CPU time spent so far, in milliseconds. */
  async cpuMs(): Promise<number> {
    const text = await readFile(`/proc/${this.child.pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  /** Resident memory, in MB. */
  async residentMb(): Promise<number> {
    const text = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1_024;
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
    await rm(this.folder, { recursive: true });
  }
}
