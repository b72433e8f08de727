import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transform } from '@swc/core';

export interface CompiledSources {
  /** Holds the sources as .js modules, and finds the packages of the project. */
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Compiles one folder of TypeScript for a process of its own: a spec that kills processes needs real ones, and Node 20
 * runs no TypeScript.
 *
 * @param sourceFolder relative to the root of the project; what it imports relatively must lie in it
 */
export async function compileSources(sourceFolder: string): Promise<CompiledSources> {
  const folder = await mkdtemp(join(tmpdir(), 'cam-compiled-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  for (const name of await readdir(sourceFolder)) {
    if (!name.endsWith('.ts') || name.endsWith('spec.ts')) continue;
    const { code } = await transform(await readFile(join(sourceFolder, name), 'utf8'), {
      filename: name,
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
      module: { type: 'es6' },
    });
    await writeFile(join(folder, name.replace(/\.ts$/, '.js')), code);
  }
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
