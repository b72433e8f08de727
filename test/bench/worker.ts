import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Commands of a worker by name; arguments and answers cross a process border as JSON. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly fault: string };

/** A process of ours that answers questions; it ends with {@link Worker.stop} or with its parent. */
export class Worker<Handlers extends Commands> {
  private readonly pending = new Map<number, Waiting>();
  private asked = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (answer: Answer) => this.settle(answer));
    child.on('exit', (code, signal) => {
      for (const { reject } of this.pending.values()) reject(new Error(`A worker ended: ${code ?? signal}`));
    });
  }

  /** @param program beside this file, e.g. `stand-in.js`; its handlers are those given to {@link serve} */
  static async start<Handlers extends Commands>(program: string): Promise<Worker<Handlers>> {
    const child = fork(new URL(program, import.meta.url), [], { execArgv: [] });
    await once(child, 'message');
    return new Worker<Handlers>(child);
  }

  async ask<Name extends keyof Handlers & string>(
    name: Name,
    argument: Parameters<Handlers[Name]>[0],
  ): Promise<Awaited<ReturnType<Handlers[Name]>>> {
    const id = ++this.asked;
    const answered = new Promise<unknown>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    this.child.send({ id, name, argument } satisfies Question);
    return (await answered) as Awaited<ReturnType<Handlers[Name]>>;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }

  private settle(answer: Answer): void {
    const waiting = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if ('fault' in answer) waiting?.reject(new Error(answer.fault));
    else waiting?.resolve(answer.result);
  }
}

/** The worker's side: tells the parent that it is ready, and answers until the parent is gone. */
export function serve(handlers: Commands): void {
  process.on('message', ({ id, name, argument }: Question) => {
    void handle(handlers, name, argument).then((result) => process.send?.({ id, ...result }));
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

async function handle(
  handlers: Commands,
  name: string,
  argument: unknown,
): Promise<{ result: unknown } | { fault: string }> {
  try {
    const handler = handlers[name] as ((argument: unknown) => unknown) | undefined;
    return { result: await handler?.(argument) };
  } catch (error) {
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
