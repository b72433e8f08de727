import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './error-code.js';
import { identifyProcess } from './process-identity.js';

/** Another process holds the data folder, or may hold it on a host that we cannot see. */
export class DataFolderLockedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataFolderLockedError';
  }
}

/** What an owner file says. A released folder keeps its last owner's file, so that numbers never start again. */
interface Owner {
  readonly pid: number;
  /** Tells two processes with the same pid apart; null where the system does not say. */
  readonly startIdentity: string | null;
  readonly host: string;
  readonly released: boolean;
}

/**
 * Exclusive right to a data folder, over processes.
 *
 * The owner is who made the file `owner.<n>.json` with the highest n. To take over from a dead or released owner is to
 * create n + 1 with its content in one step, at which one process succeeds. The highest file is never deleted: a process
 * that looked long ago and re-creates a number since removed finds a higher one and withdraws.
 */
export class DataFolderLock {
  private constructor(
    private readonly folder: string,
    private readonly generation: number,
    private readonly owner: Owner,
  ) {}

  /**
   * @param folder exists
   * @throws DataFolderLockedError when the owner lives, or is on another host
   */
  static async acquire(folder: string): Promise<DataFolderLock> {
    const owner: Owner = {
      pid: process.pid,
      startIdentity: await identifyProcess(process.pid),
      host: hostname(),
      released: false,
    };
    for (;;) {
      const latest = await latestGeneration(folder);
      if (latest > 0 && !(await mayBeTaken(folder, latest))) continue;

      const generation = latest + 1;
      if (!(await createOwnerFile(folder, generation, owner))) continue;
      if ((await latestGeneration(folder)) !== generation) continue;

      await removeGenerationsBelow(folder, generation);
      return new DataFolderLock(folder, generation, owner);
    }
  }

  /** Lets the next process in at once. */
  async release(): Promise<void> {
    const draft = await writeDraft(this.folder, { ...this.owner, released: true });
    await rename(draft, ownerFile(this.folder, this.generation));
  }
}

/** False when the file is gone: somebody else took over, look again. */
async function mayBeTaken(folder: string, generation: number): Promise<boolean> {
  const file = ownerFile(folder, generation);
  const found = await readOwner(file);
  if (found === null) return false;

  const { owner, since } = found;
  if (owner.released) return true;
  if (owner.host !== hostname()) {
    throw new DataFolderLockedError(
      `${folder} is held by process ${owner.pid} on host ${owner.host} since ${since}. ` +
        `If that host or container is gone, delete ${file}`,
    );
  }
  if (await isAlive(owner)) {
    throw new DataFolderLockedError(`${folder} is held by process ${owner.pid} on this host since ${since}`);
  }
  return true;
}

/** A pid alone proves nothing: it is given out again, and in a container it is always 1. */
async function isAlive(owner: Owner): Promise<boolean> {
  const startIdentity = await identifyProcess(owner.pid);
  if (startIdentity !== null || owner.startIdentity !== null) return startIdentity === owner.startIdentity;
  return pidExists(owner.pid);
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function readOwner(file: string): Promise<{ owner: Owner; since: string } | null> {
  try {
    const [text, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    return { owner: JSON.parse(text) as Owner, since: mtime.toISOString() };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new DataFolderLockedError(`${file} cannot be read; delete it if no process uses the folder`, {
      cause: error,
    });
  }
}

/** False when the generation exists. `link` makes file and content appear together, and only where nothing is. */
async function createOwnerFile(folder: string, generation: number, owner: Owner): Promise<boolean> {
  const draft = await writeDraft(folder, owner);
  try {
    await link(draft, ownerFile(folder, generation));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft);
  }
}

async function writeDraft(folder: string, owner: Owner): Promise<string> {
  const draft = join(folder, `owner.${randomUUID()}.draft`);
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(JSON.stringify(owner));
    // After a power cut the name must not stand without its content.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

async function latestGeneration(folder: string): Promise<number> {
  return Math.max(0, ...(await generations(folder)));
}

async function removeGenerationsBelow(folder: string, generation: number): Promise<void> {
  for (const older of await generations(folder)) {
    if (older < generation) await rm(ownerFile(folder, older), { force: true });
  }
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => {
    const number = /^owner\.([1-9][0-9]*)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function ownerFile(folder: string, generation: number): string {
  return join(folder, `owner.${generation}.json`);
}
