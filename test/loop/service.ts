import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceProcess } from '../e2e/service-process.js';

const MAIN = join(import.meta.dirname, '../../src/main.js');

/** The last of what the service wrote, for who must find out why. */
const LOG_LENGTH = 4_000;

/** The service as a process that may be killed and started again, and its REST API. */
export class LoopService {
  private process: ServiceProcess | null = null;
  private url = '';
  private isOver = false;

  constructor(
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  async start(): Promise<void> {
    const home = join(this.folder, 'service');
    await mkdir(home, { recursive: true });
    if (this.isOver) throw new Error('The run has ended');
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      cwd: home,
      env: { PATH: process.env['PATH'], TMPDIR: this.folder, PORT: '0', ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = new ServiceProcess(child);
    this.url = await this.process.listening();
  }

  /** kill -9: nothing is finished, nothing is said. */
  async kill(): Promise<void> {
    await this.process?.kill('SIGKILL');
    this.process = null;
  }

  /** Kills it, and lets it never start again. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.kill();
  }

  async stop(): Promise<void> {
    await this.process?.kill('SIGTERM');
    this.process = null;
  }

  /** What this process wrote so far. */
  get log(): string {
    return `${this.process?.output ?? ''}${this.process?.errors ?? ''}`;
  }

  /** Polls of this process that read the account to its end. */
  get polls(): number {
    return [...this.log.matchAll(/"event":"inbox\.polled"[^\n]*"kind":"complete"/g)].length;
  }

  async get<Answer>(path: string): Promise<Answer> {
    return (await this.call(path)).json() as Promise<Answer>;
  }

  /** One page of a list, and the path of the next one. */
  async page(path: string): Promise<{ rows: unknown[]; next: string | null }> {
    const response = await this.call(path);
    const [, next = null] =
      /<\/api\/cam\/([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
    return { rows: (await response.json()) as unknown[], next };
  }

  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.call(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.json() as Promise<Answer>;
  }

  private async call(path: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(`${this.url}/api/cam/${path}`, init);
    if (response.ok) return response;
    throw new Error(
      `${path} answered ${response.status}: ${await response.text()}\n${this.log.slice(-LOG_LENGTH)}`,
    );
  }
}
