import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compileSources, type CompiledSources } from '../../../test/support/compile-sources.js';
import { DataFolderLock } from './data-folder-lock.js';
import { identifyProcess } from './process-identity.js';

/** Says what became of its try; holds the lock until it reads a line, and releases it then. */
const CONTENDER = `
  import { DataFolderLock } from './data-folder-lock.js';
  try {
    const lock = await DataFolderLock.acquire(process.argv[2]);
    console.log('acquired');
    process.stdin.once('data', async () => { await lock.release(); process.exit(); });
  } catch (error) {
    console.log(error.name + ': ' + error.message);
  }
`;

interface Contender {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly verdict: Promise<string>;
}

let compiled: CompiledSources;
let folder: string;
let contenders: Contender[];

beforeAll(async () => {
  compiled = await compileSources('src/database/embedded');
  await writeFile(join(compiled.folder, 'contender.js'), CONTENDER);
});

afterAll(() => compiled.remove());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cam-lock-'));
  contenders = [];
});

afterEach(async () => {
  await Promise.all(contenders.map(kill));
  await rm(folder, { recursive: true });
});

function contend(): Contender {
  const child = spawn(process.execPath, [join(compiled.folder, 'contender.js'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const verdict = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  const contender = { process: child, verdict };
  contenders.push(contender);
  return contender;
}

async function kill({ process: child }: Contender): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function writeOwner(owner: object, generation = 1): Promise<void> {
  await writeFile(join(folder, `owner.${generation}.json`), JSON.stringify(owner));
}

describe('DataFolderLock between processes', () => {
  it('refuses a second process and names the first', async () => {
    const first = contend();
    await first.verdict;

    const second = await contend().verdict;

    expect(second).toMatch(/^DataFolderLockedError: /);
    expect(second).toContain(`${folder} is held by process ${first.process.pid} on this host since 20`);
  });

  it('is free at once when its owner was killed', async () => {
    const first = contend();
    await first.verdict;
    await kill(first);

    expect(await contend().verdict).toBe('acquired');
  });

  it('is free at once when its owner released it and lives on', async () => {
    const lock = await DataFolderLock.acquire(folder);
    await lock.release();

    expect(await contend().verdict).toBe('acquired');
  });

  it.each([
    ['a fresh folder', 0],
    ['a dead owner', 1],
  ])(
    'goes to exactly one of eight processes that race for %s',
    async (_what, deadOwners) => {
      for (let generation = 1; generation <= deadOwners; generation += 1) {
        await writeOwner(
          { pid: 1, startIdentity: 'an earlier boot', host: hostname(), released: false },
          generation,
        );
      }

      const verdicts = await Promise.all(Array.from({ length: 8 }, () => contend().verdict));

      expect(verdicts.filter((verdict) => verdict === 'acquired')).toHaveLength(1);
      expect(verdicts.filter((verdict) => verdict.startsWith('DataFolderLockedError'))).toHaveLength(7);
    },
    30_000,
  );
});

describe('DataFolderLock', () => {
  it('is refused to the process that holds it', async () => {
    await DataFolderLock.acquire(folder);

    await expect(DataFolderLock.acquire(folder)).rejects.toThrow(
      `held by process ${process.pid} on this host`,
    );
  });

  it.each([
    ['our own pid, of another process', process.pid],
    ['a pid in use again', process.ppid],
  ])('takes over from %s', async (_what, pid) => {
    await writeOwner({ pid, startIdentity: 'an earlier boot/1', host: hostname(), released: false });

    await expect(DataFolderLock.acquire(folder)).resolves.toBeInstanceOf(DataFolderLock);
  });

  it('leaves the folder to an owner on another host and says how to free it', async () => {
    await writeOwner({ pid: 1, startIdentity: 'x/1', host: 'elsewhere', released: false });

    await expect(DataFolderLock.acquire(folder)).rejects.toThrow(
      /held by process 1 on host elsewhere since .*If that host or container is gone, delete .*owner\.1\.json$/,
    );
  });

  it('leaves the folder alone when its owner file cannot be understood', async () => {
    await writeFile(join(folder, 'owner.1.json'), '');

    await expect(DataFolderLock.acquire(folder)).rejects.toThrow('owner.1.json cannot be read');
  });

  it('keeps nothing but the newest owner file', async () => {
    for (let starts = 0; starts < 3; starts += 1) {
      const lock = await DataFolderLock.acquire(folder);
      await lock.release();
    }

    expect(await readdir(folder)).toEqual(['owner.3.json']);
  });
});

describe('identifyProcess', () => {
  it('gives a process the same name each time', async () => {
    const names = await Promise.all([identifyProcess(process.pid), identifyProcess(process.pid)]);

    expect(names[0]).toBe(names[1]);
  });

  it('knows no process that has ended', async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');

    expect(await identifyProcess(child.pid ?? 0)).toBeNull();
  });
});
