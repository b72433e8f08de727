import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transform } from '@swc/core';

const IMPATIENT_MAIN = 'test/e2e/impatient-main.ts';

/** The service as JavaScript, for processes of its own: Node 20 runs no TypeScript, and `dist` may be of yesterday. */
export class CompiledService {
  private constructor(private readonly folder: string) {}

  static async compile(): Promise<CompiledService> {
    const folder = await mkdtemp(join(tmpdir(), 'cam-service-'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    for (const root of ['src', 'migrations']) {
      const names = await readdir(root, { recursive: true });
      const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'));
      await Promise.all(sources.map((name) => compileFile(join(root, name), folder)));
    }
    await compileFile(IMPATIENT_MAIN, folder);
    return new CompiledService(folder);
  }

  /** Starts the service in a working directory, with these variables and none of ours. */
  run(workingDirectory: string, environment: Readonly<Record<string, string>> = {}): ServiceProcess {
    return this.start('src/main.ts', workingDirectory, environment);
  }

  /** Starts it with a shutdown that waits for a second only. */
  runImpatient(workingDirectory: string, environment: Readonly<Record<string, string>> = {}): ServiceProcess {
    return this.start(IMPATIENT_MAIN, workingDirectory, environment);
  }

  private start(
    entry: string,
    workingDirectory: string,
    environment: Readonly<Record<string, string>>,
  ): ServiceProcess {
    const child = spawn(process.execPath, [join(this.folder, entry.replace(/\.ts$/, '.js'))], {
      cwd: workingDirectory,
      // What a killed process leaves behind goes with our folder.
      env: { PATH: process.env['PATH'], TMPDIR: this.folder, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServiceProcess(child);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

/** One running or ended process of the service. */
export class ServiceProcess {
  /** All that it has written so far. */
  output = '';
  errors = '';
  private readonly ended: Promise<{ code: number | null; signal: string | null }>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
    }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Base URL, once it listens. */
  async listening(): Promise<string> {
    for (;;) {
      const [, url] = /"event":"http\.listening","url":"([^"]+)"/.exec(this.output) ?? [];
      if (url !== undefined) return url;
      const end = await Promise.race([once(this.child.stdout ?? this.child, 'data'), this.ended]);
      if ('code' in end) {
        throw new Error(`The service ended before it listened:\n${this.output}${this.errors}`);
      }
    }
  }

  /** How it ended, once it has. */
  async end(): Promise<{ code: number | null; signal: string | null }> {
    return this.ended;
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; signal: string | null }> {
    this.signal(signal);
    return this.ended;
  }

  /** Sends a signal, and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

async function compileFile(source: string, folder: string): Promise<void> {
  const { code } = await transform(await readFile(source, 'utf8'), {
    filename: source,
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  const target = join(folder, source.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
