import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** A temporary folder, and processes in it that are never root's. Both are gone after `dispose`. */
export class Sandbox {
  /** @type {Set<ChildProcess>} */
  #children = new Set();
  #user;
  #closed = false;

  constructor(folder, user) {
    this.folder = folder;
    this.#user = user;
  }

  /** Root hands its processes to the user of the image's USER line; anybody else keeps them. */
  static async create(lastStage) {
    const user = process.getuid?.() === 0 ? userOf(lastStage) : undefined;
    const folder = await mkdtemp(join(tmpdir(), 'cam-replay-'));
    await chmod(folder, 0o755);
    return new Sandbox(folder, user);
  }

  /** Starts a process as the unprivileged user. */
  start(file, args, { cwd, env }) {
    if (this.#closed) throw new Error(`${file}: the replay was stopped.`);
    // In a group of its own, so that its children can be ended with it: npm starts several.
    const options = { cwd, env, ...this.#user, detached: true, stdio: ['ignore', 'inherit', 'inherit'] };
    const child = spawn(file, args, options);
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Makes a folder that the unprivileged user may write. */
  async ownedFolder(path) {
    await mkdir(path, { recursive: true });
    if (this.#user) await chown(path, this.#user.uid, this.#user.gid);
    return path;
  }

  /** Gives everything under a folder to the unprivileged user. */
  async giveAway(path) {
    if (!this.#user) return;
    const child = spawn('chown', ['-R', `${this.#user.uid}:${this.#user.gid}`, path], { stdio: 'inherit' });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`chown ${path} ended with ${code}.`);
  }

  /** Ends every process that was started here and lets no other start. */
  killAll() {
    this.#closed = true;
    for (const child of this.#children) killGroup(child);
  }

  async dispose() {
    this.killAll();
    await Promise.all([...this.#children].map((child) => once(child, 'close')));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Ended on its own in the meantime.
    if (error.code !== 'ESRCH') throw error;
  }
}

function userOf(stage) {
  const value = stage.instructions.findLast(({ keyword }) => keyword === 'USER')?.value ?? '';
  const [, uid = '0', gid = '0'] = /^(\d+):(\d+)$/.exec(value) ?? [];
  if (uid === '0') throw new Error('The last stage needs USER <uid>:<gid>, in numbers and not root.');
  return { uid: Number(uid), gid: Number(gid) };
}
