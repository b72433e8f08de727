/**
 * Runs the Dockerfile's own lines without Docker and checks what the image promises. Each stage becomes a folder that
 * its COPY and RUN lines fill; then the last stage's CMD is started as an unprivileged user.
 *
 * It cannot see the base image, nor what only a container isolates.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildImage } from './replay/build-image.mjs';
import { checkImage } from './replay/check-image.mjs';
import { parseDockerfile } from './replay/dockerfile.mjs';
import { Sandbox } from './replay/sandbox.mjs';

const root = resolve(import.meta.dirname, '..');
const stages = parseDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8'));
const sandbox = await Sandbox.create(stages.at(-1));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    sandbox.killAll();
    process.exitCode = 1;
  });
}

try {
  const image = await buildImage(root, stages, sandbox);
  await checkImage(root, image, sandbox);
} finally {
  await sandbox.dispose();
}
