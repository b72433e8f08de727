import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inside } from './build-image.mjs';

const READY_WITHIN_MS = 60_000;
const ENDED_WITHIN_MS = 30_000;

/** Throws at the first promise that the image breaks. */
export async function checkImage(root, image, sandbox) {
  await checkPackages(root, inside(image, '/app/node_modules'));

  const key = randomBytes(32).toString('hex');
  const service = new Service(image, sandbox, key, await freePort());
  await service.checkRefusesWithoutKeys();

  await service.start();
  const made = await service.call('POST', '/api/cam/campaigns', { name: 'Replay' });
  await service.stop();
  console.log('-- started on an empty folder, stopped on SIGTERM');

  await service.start();
  const found = await service.call('GET', `/api/cam/campaigns/${made.id}`);
  await service.stop();
  if (found.name !== 'Replay') throw new Error('The second start lost the data of the first.');
  console.log('-- started again and found its data');
}

/** npm's own record of the installed tree names what is there for development only. */
async function checkPackages(root, folder) {
  const { packages } = JSON.parse(await readFile(join(folder, '.package-lock.json'), 'utf8'));
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const asked = Object.keys(devDependencies).map((name) => `node_modules/${name}`);
  const found = Object.entries(packages)
    .filter(([path, entry]) => entry.dev === true || asked.includes(path))
    .map(([path]) => path);
  if (found.length > 0) throw new Error(`Packages for development in the image: ${found.join(', ')}.`);
  console.log(`-- ${Object.keys(packages).length} packages, none for development`);
}

/** One container's worth of the service: the image's CMD in its WORKDIR under its ENV, on a free port. */
class Service {
  #child;

  constructor(image, sandbox, key, port) {
    this.image = image;
    this.sandbox = sandbox;
    this.key = key;
    this.url = `http://127.0.0.1:${port}`;
    this.env = {
      PATH: process.env.PATH,
      ...image.env,
      PORT: String(port),
      AICMO_API_KEYS: `replay:${createHash('sha256').update(key).digest('hex')}`,
    };
  }

  async checkRefusesWithoutKeys() {
    const child = this.#run(this.image.command, { ...this.env, AICMO_API_KEYS: '' });
    if ((await ending(child)) !== 1) {
      throw new Error('Without AICMO_API_KEYS the image must end with exit code 1.');
    }
    console.log('-- refuses to start without AICMO_API_KEYS');
  }

  /** Resolves when the service is ready and the image's HEALTHCHECK agrees. */
  async start() {
    this.#child = this.#run(this.image.command, this.env);
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.#isReady())) {
      if (this.#child.exitCode !== null) throw new Error(`The service ended with ${this.#child.exitCode}.`);
      if (performance.now() > deadline) throw new Error(`Not ready within ${READY_WITHIN_MS} ms.`);
      await delay(100);
    }
    const code = await ending(this.#run(this.image.healthcheck, this.env));
    if (code !== 0) throw new Error(`HEALTHCHECK ended with ${code} although the service is ready.`);
  }

  async stop() {
    this.#child.kill('SIGTERM');
    const code = await ending(this.#child);
    if (code !== 0) throw new Error(`SIGTERM: expected exit code 0, got ${code ?? this.#child.signalCode}.`);
  }

  async call(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }

  async #isReady() {
    try {
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch (error) {
      if (error.name === 'TimeoutError' || error.cause?.code === 'ECONNREFUSED') return false;
      throw error;
    }
  }

  #run([file, ...args], env) {
    const mapped = args.map((word) => (word.startsWith('/') ? inside(this.image, word) : word));
    return this.sandbox.start(file, mapped, { cwd: inside(this.image, this.image.workdir), env });
  }
}

/** Exit code, or null after a signal; throws when the process outlives its time. */
async function ending(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const tooLong = AbortSignal.timeout(ENDED_WITHIN_MS);
    await once(child, 'exit', { signal: tooLong }).catch((error) => {
      throw new Error(`${child.spawnargs.join(' ')} still runs after ${ENDED_WITHIN_MS} ms.`, {
        cause: error,
      });
    });
  }
  return child.exitCode;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
