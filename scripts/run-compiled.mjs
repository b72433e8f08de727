/**
 * Runs a TypeScript program of ours, `node scripts/run-compiled.mjs <entry.ts> [arguments]`: Node 20 runs no TypeScript.
 * Everything of `src`, `migrations` and `test` but the specs is compiled into a temporary folder first; the program
 * finds itself there by `import.meta.url`, and the project by its working directory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transform } from '@swc/core';

const [entry, ...programArguments] = process.argv.slice(2);
if (entry === undefined) throw new Error('Usage: node scripts/run-compiled.mjs <entry.ts> [arguments]');

const folder = await mkdtemp(join(tmpdir(), 'cam-program-'));
try {
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  for (const root of ['src', 'migrations', 'test']) {
    const names = await readdir(root, { recursive: true });
    await Promise.all(names.map((name) => place(join(root, name))));
  }
  process.exitCode = await run(join(folder, entry.replace(/\.ts$/, '.js')));
} finally {
  await rm(folder, { recursive: true });
}

async function place(source) {
  const target = join(folder, source);
  if (source.endsWith('.mjs')) {
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  } else if (source.endsWith('.ts') && !/(?:spec|\.d)\.ts$/.test(source)) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target.replace(/\.ts$/, '.js'), await compile(source));
  }
}

async function compile(source) {
  const { code } = await transform(await readFile(source, 'utf8'), {
    filename: source,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  return code;
}

/** @returns the program's exit code; signals to us are passed on, and it ends by itself */
async function run(program) {
  const child = spawn(process.execPath, ['--enable-source-maps', program, ...programArguments], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'close');
  return code ?? 1;
}
