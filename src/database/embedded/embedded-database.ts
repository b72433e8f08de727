import { mkdir, mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DataFolderLock } from './data-folder-lock.js';
import { errorCode } from './error-code.js';
import { SharedPGlite } from './shared-pglite.js';

/** More than the pool of a process holds: an abandoned connection and its successor overlap for a moment. */
const MAX_CONNECTIONS = 20;

/**
 * PostgreSQL inside this process, kept in a folder and reached by `pg` over a Unix socket that only our user can open.
 *
 * What was answered survives the death of the process, not a power cut: its files are never fsynced. All connections
 * share one session, and transactions run one after the other: SET, temporary tables, named statements and
 * session-level advisory locks belong to all of them, and a statement on a second connection waits for a transaction
 * on the first. Use row locks, SET LOCAL and transaction-level advisory locks.
 */
export class EmbeddedDatabase {
  private constructor(
    /** Folder of the Unix socket: what `pg` takes as its host. */
    readonly socketFolder: string,
    private readonly server: PGLiteSocketServer,
    private readonly lock: DataFolderLock,
  ) {}

  /**
   * Creates the folder and the database in it when there is none.
   *
   * @throws DataFolderLockedError when another process uses the folder
   */
  static async start(dataFolder: string): Promise<EmbeddedDatabase> {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const lock = await DataFolderLock.acquire(dataFolder);
    try {
      const engine = new SharedPGlite(join(dataFolder, 'postgres'), { relaxedDurability: false });
      await engine.waitReady;
      const socketFolder = await makeSocketFolder(dataFolder);
      const server = new PGLiteSocketServer({
        db: engine,
        path: join(socketFolder, '.s.PGSQL.5432'),
        maxConnections: MAX_CONNECTIONS,
      });
      await server.start();
      return new EmbeddedDatabase(socketFolder, server, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Ends all connections; close the pool first. The folder is free afterwards. */
  async stop(): Promise<void> {
    await this.server.stop();
    await this.server.db.close();
    await rm(this.socketFolder, { recursive: true });
    await this.lock.release();
  }
}

/**
 * A fresh 0700 folder in the system's temporary one: the path of a socket must fit into 107 bytes, which that of the
 * data folder may exceed. A link in the data folder leads to it, and lets the next owner remove what a crash left.
 */
async function makeSocketFolder(dataFolder: string): Promise<string> {
  const prefix = join(tmpdir(), 'cam-');
  const link = join(dataFolder, 'socket');
  const abandoned = await readlink(link).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
    return null;
  });
  if (abandoned !== null) {
    if (abandoned.startsWith(prefix)) await rm(abandoned, { recursive: true, force: true });
    await rm(link);
  }
  const folder = await mkdtemp(prefix);
  await symlink(folder, link);
  return folder;
}
