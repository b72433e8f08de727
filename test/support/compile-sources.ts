import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transform } from '@swc/core';

export interface CompiledSources {
  /** Holds the sources as .js modules, and finds the packages of the project. */
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Compiles one folder of TypeScript, with those in it, for a process or thread of its own: a spec that kills processes
 * needs real ones, and Node 20 runs no TypeScript.
 *
 * @param sourceFolder relative to the root of the project; what it imports relatively must lie in it
 */
export async function compileSources(sourceFolder: string): Promise<CompiledSources> {
  const folder = await mkdtemp(join(tmpdir(), 'cam-compiled-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const names = await readdir(sourceFolder, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'));
  await Promise.all(sources.map((name) => compileFile(join(sourceFolder, name), join(folder, name))));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

async function compileFile(source: string, target: string): Promise<void> {
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
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target.replace(/\.ts$/, '.js'), code);
}
