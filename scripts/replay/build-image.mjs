import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseCopy, parseEnv, parseExecForm, readAllowList } from './dockerfile.mjs';

/**
 * @typedef {object} Image what a container of a stage would be started with
 * @property {string} folder stands for the container's `/`
 * @property {string} workdir inside the container
 * @property {Record<string, string>} env
 * @property {string[]} command
 * @property {string[]} healthcheck
 */

/** Where a path of the container lies on this machine. */
export function inside(image, path) {
  return join(image.folder, path);
}

/** @returns {Promise<Image>} the last stage */
export async function buildImage(root, stages, sandbox) {
  const context = { root, files: await contextFiles(root) };
  const home = await sandbox.ownedFolder(join(sandbox.folder, 'home'));
  const env = {
    ...process.env,
    HOME: home,
    npm_config_cache: join(home, 'npm'),
    npm_config_update_notifier: 'false',
  };
  /** @type {Map<string, Image>} */
  const images = new Map();

  for (const stage of stages) {
    const image = await baseOf(stage, images, sandbox);
    images.set(stage.name, image);
    for (const { keyword, value } of stage.instructions) {
      switch (keyword) {
        case 'WORKDIR':
          image.workdir = value;
          await mkdir(inside(image, value), { recursive: true });
          break;
        case 'ENV':
          Object.assign(image.env, parseEnv(value));
          break;
        case 'COPY':
          await copy(image, parseCopy(value), context, images);
          break;
        case 'RUN':
          await run(image, value, env, sandbox);
          break;
        case 'HEALTHCHECK':
          image.healthcheck = parseExecForm(value);
          break;
        case 'CMD':
          image.command = parseExecForm(value);
          break;
      }
    }
  }
  return images.get(stages.at(-1).name);
}

/** A copy of the stage it is built upon, or an empty root with the home that node's images come with. */
async function baseOf(stage, images, sandbox) {
  const folder = join(sandbox.folder, 'stages', stage.name);
  const parent = images.get(stage.from);
  if (parent) {
    await cp(parent.folder, folder, { recursive: true, verbatimSymlinks: true });
    return { ...structuredClone(parent), folder };
  }
  await sandbox.ownedFolder(join(folder, 'home/node'));
  return { folder, workdir: '/', env: {}, command: [], healthcheck: [] };
}

/** Files known to git (or new and not ignored) that .dockerignore lets through. */
async function contextFiles(root) {
  const allowed = readAllowList(await readFile(join(root, '.dockerignore'), 'utf8'));
  // The checkout may belong to somebody else than the user who runs CI.
  const trust = ['-c', `safe.directory=${root}`];
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', [...trust, ...list], { cwd: root, maxBuffer: 2 ** 24 });
  return stdout.split('\0').filter((file) => allowed.some((entry) => isUnder(file, entry)));
}

function isUnder(file, entry) {
  return file === entry || file.startsWith(`${entry}/`);
}

async function copy(image, { from, sources, target }, context, images) {
  for (const source of sources) {
    const destination = inside(image, join(image.workdir, target === './' ? source : target));
    if (from !== undefined) {
      await cp(inside(images.get(from), source), destination, { recursive: true, verbatimSymlinks: true });
      continue;
    }
    const files = context.files.filter((file) => isUnder(file, source));
    if (files.length === 0) {
      throw new Error(`COPY ${source}: git does not know it or .dockerignore keeps it out.`);
    }
    for (const file of files) await cp(join(context.root, file), destination + file.slice(source.length));
  }
}

async function run(image, command, env, sandbox) {
  console.log(`-- RUN ${command}`);
  // Docker runs it as root; here the unprivileged user gets the folder instead.
  await sandbox.giveAway(image.folder);
  const cwd = inside(image, image.workdir);
  const [code] = await once(
    sandbox.start('sh', ['-c', command], { cwd, env: { ...env, ...image.env } }),
    'close',
  );
  if (code !== 0) throw new Error(`RUN ${command} ended with ${code}.`);
}
