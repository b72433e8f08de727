import { Worker } from 'node:worker_threads';
import type { ReaderMessage, ReadRequest, UnreadableReason } from './reader-messages.js';

/** Of the JavaScript heap alone: what the parser keeps outside it is bounded by what it is given. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** Loading the code; a machine that needs longer has a fault that is not the mail's. */
const START_LIMIT_MS = 30_000;

type Answer = Exclude<ReaderMessage, { kind: 'ready' }>;

/** A worker that is no more, and what ended it. */
interface Lost {
  readonly kind: 'lost';
  readonly reason: UnreadableReason;
  readonly cause?: unknown;
}

/** One life of the worker thread. It keeps the process alive while it is asked, and at no other time. */
export class ReaderThread {
  private settle: (message: ReaderMessage | Lost) => void = () => undefined;
  private gone: Lost | null = null;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: ReaderMessage) => this.settle(message));
    worker.on('messageerror', (cause) => this.lose({ kind: 'lost', reason: 'crashed', cause }));
    worker.on('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crashed';
      this.lose({ kind: 'lost', reason, cause });
    });
    worker.on('exit', () => this.lose({ kind: 'lost', reason: 'crashed' }));
  }

  /** Rejects when the worker's code does not load. It sees no variable of the environment: it needs no secret. */
  static async start(file: URL): Promise<ReaderThread> {
    const thread = new ReaderThread(new Worker(file, { resourceLimits: RESOURCE_LIMITS, env: {} }));
    const said = await thread.hear(START_LIMIT_MS);
    if (said.kind === 'ready') return thread;
    await thread.end();
    throw new Error('The worker that reads mail did not start', {
      cause: said.kind === 'lost' ? said.cause : undefined,
    });
  }

  get isAlive(): boolean {
    return this.gone === null;
  }

  /** The answer to one request; the thread is lost when it dies of it or is late. Ask one at a time. */
  async ask({ raw, format }: ReadRequest, limitMs: number): Promise<Answer | Lost> {
    if (this.gone !== null) return this.gone;
    // A copy, which then moves into the thread: the caller keeps hers, and small buffers share their memory.
    const moved = new Uint8Array(raw);
    this.worker.postMessage({ raw: moved, format } satisfies ReadRequest, [moved.buffer]);
    const said = await this.hear(limitMs);
    if (said.kind === 'ready') throw new Error('The worker that reads mail said "ready" twice');
    return said;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private async hear(limitMs: number): Promise<ReaderMessage | Lost> {
    this.worker.ref();
    let timer: NodeJS.Timeout | undefined;
    const said = await new Promise<ReaderMessage | Lost>((resolve) => {
      this.settle = resolve;
      if (this.gone !== null) resolve(this.gone);
      timer = setTimeout(() => this.lose({ kind: 'lost', reason: 'timeout' }), limitMs);
    });
    clearTimeout(timer);
    this.worker.unref();
    return said;
  }

  private lose(how: Lost): void {
    this.gone ??= how;
    this.settle(this.gone);
  }
}
