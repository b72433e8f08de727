/** The house rules of eslint.config.js, each shown to fire on a line that breaks it and to let its neighbour pass. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = resolve(import.meta.dirname, '..');

/** Lints text under a name that need not exist: no types, so only the rules that look at syntax take part. */
const bySyntax = new ESLint({
  cwd: root,
  overrideConfig: [
    { ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] },
    { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false } } },
    { files: ['**/*.ts'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  ],
});

const SERVICE = 'src/email/a.service.ts';
const MIGRATION = 'migrations/1-a.ts';
const SPEC = 'src/email/a.spec.ts';
const E2E = 'test/e2e/a.e2e-spec.ts';

/** [file, line, what a message of the fault says] */
const FORBIDDEN = [
  [SERVICE, 'export const a = process.env;', 'src/config'],
  [SERVICE, "export const a = process['env'];", 'src/config'],
  [SERVICE, 'export const a = globalThis.process.env;', 'src/config'],
  [SERVICE, 'const { env } = process;', 'src/config'],
  [SERVICE, "import { env } from 'node:process';", 'Use the global'],
  [SPEC, 'export const a = process.env;', 'src/config'],
  ['src/main.ts', 'export const a = process.env;', 'src/config'],

  [SERVICE, 'export const a = Date.now();', 'common/clock.ts'],
  [SERVICE, 'export const a = Date.now;', 'common/clock.ts'],
  [SERVICE, 'export const a = new Date();', 'common/clock.ts'],
  [SERVICE, 'export const a = Date();', 'common/clock.ts'],
  ['src/main.ts', 'export const a = new Date();', 'common/clock.ts'],
  ['src/config/a.config.ts', 'export const a = new Date();', 'common/clock.ts'],
  ['src/data-source.ts', 'export const a = new Date();', 'common/clock.ts'],

  [SERVICE, "export const a = 'SELECT now()';", 'cam_now()'],
  [SERVICE, 'export const a = `SELECT now ( ) - interval ${b}`;', 'cam_now()'],
  [SERVICE, 'export const a = `${b} WHERE at < NOW()`;', 'cam_now()'],
  [SERVICE, "export const a = 'SET at = current_timestamp';", 'cam_now()'],
  [SERVICE, "export const a = 'SET day = CURRENT_DATE';", 'cam_now()'],
  [SERVICE, "export const a = 'SET at = LOCALTIMESTAMP';", 'cam_now()'],
  [SERVICE, "export const a = 'SET at = statement_timestamp()';", 'cam_now()'],
  [SERVICE, `export const a = "SET at = 'now'::timestamptz";`, 'cam_now()'],
  ['src/common/clock.ts', "export const a = 'SELECT now()';", 'cam_now()'],
  [MIGRATION, 'export const a = `at timestamptz DEFAULT now()`;', 'cam_now()'],
  [MIGRATION, 'export const a = `CREATE FUNCTION cam_now() AS $$ SELECT 1 $$; SELECT now()`;', 'cam_now()'],
  [MIGRATION, 'export const a = `CREATE FUNCTION other() AS $$ SELECT now() $$`;', 'cam_now()'],
  [SERVICE, "import { UpdateDateColumn } from 'typeorm';", 'CURRENT_TIMESTAMP'],

  [SERVICE, "console.log('a');", 'console'],
  ['src/main.ts', "console.log('a');", 'console'],
  [SERVICE, "process.stderr.write('a');", 'logger'],
  [SERVICE, 'process.exit(1);', 'entry point'],
  [SERVICE, 'export default class A {}', 'by name'],
  [SERVICE, "export * from './b.js';", 'barrels'],
  [SERVICE, "export { b } from './b.js';", 'barrels'],
  ['src/email/index.ts', 'export const a = 1;', 'barrels'],
  [SERVICE, 'export enum A { B }', 'enum'],
  [E2E, 'enum A { B }', 'enum'],
  [SERVICE, 'try { a(); } catch { b(); }', 'Bind the error'],
  [SERVICE, '// TODO later', 'todo'],
  [SERVICE, '// eslint-disable-next-line no-console', 'eslint-disable-next-line'],
  [SERVICE, '// @ts-expect-error', 'ts-expect-error'],
  [SERVICE, "import { readFile } from 'fs';", 'node:fs'],

  [SPEC, "it.only('a', () => {});", 'runs whole'],
  [SPEC, "describe.skip('a', () => {});", 'runs whole'],
  [SPEC, "it.skip.each([1])('a', () => {});", 'runs whole'],
  [SPEC, "it.todo('a');", 'runs whole'],
  [SPEC, "import { xit } from '@jest/globals';", 'runs whole'],
  [E2E, "it.only('a', () => {});", 'runs whole'],
  [SPEC, "jest.mock('./b.js');", 'fake'],
  [SPEC, "it('should work', () => {});", 'State what it does'],
  [SPEC, "it.each([1])('should work', () => {});", 'State what it does'],
];

const ALLOWED = [
  ['src/config/a.config.ts', 'export const a = process.env;'],
  ['src/data-source.ts', 'export const a = process.env;'],
  ['test/support/a.ts', 'export const a = process.env;'],
  ['src/common/clock.ts', 'export const a = Date.now(); export const b = new Date();'],
  [E2E, 'export const a = Date.now();'],
  [SERVICE, 'export const a = new Date(0); export const b = performance.now();'],
  [SERVICE, "export const a = 'SELECT cam_now()'; export const b = 'SELECT clock_timestamp()';"],
  [SERVICE, "export const a = 'Not now (later).'; export const b = 'current_date_of_birth';"],
  [MIGRATION, 'export const a = `CREATE FUNCTION cam_now() AS $$ SELECT now() + a $$`;'],
  [SERVICE, "import { Column } from 'typeorm'; export class A { @Column() b: number; }"],
  ['src/main.ts', "process.stderr.write('a'); process.exit(1);"],
  [SERVICE, 'try { a(); } catch (error) { b(error); }'],
  [SPEC, "it('keeps the key', () => {}); it.each([1])('keeps %s', () => {});"],
  [SPEC, 'const spy = jest.fn();'],
  ['test/support/describe-where.ts', "it.skip('a', () => {});"],
  ['jest.config.js', 'export default {};'],
];

/** [rule, line]; linted with types, as the text of a file that exists. */
const TYPED_FILE = 'src/common/assert-never.ts';
const FORBIDDEN_WITH_TYPES = [
  ['@typescript-eslint/naming-convention', 'export interface IThing { a: 1 }'],
  ['@typescript-eslint/naming-convention', 'export interface ThingInterface { a: 1 }'],
  ['@typescript-eslint/no-explicit-any', 'export const a = (b: any): void => undefined;'],
  ['@typescript-eslint/no-floating-promises', 'export function a() { Promise.resolve(1); }'],
  [
    '@typescript-eslint/return-await',
    'export async function a(b: Promise<1>, c: () => 1) { try { return b; } catch (error) { c(); throw error; } }',
  ],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    "export function a(b: 'x' | 'y') { switch (b) { case 'x': return 1; default: return 2; } }",
  ],
  ['@typescript-eslint/no-unused-vars', "import { join } from 'node:path';"],
  [
    '@typescript-eslint/consistent-type-imports',
    "import { Server } from 'node:net'; export type A = Server | null;",
  ],
];

const ALLOWED_WITH_TYPES = [
  // The import must stay a value: its class is what Nest injects by.
  `import { Injectable } from '@nestjs/common';
   import { Reflector } from '@nestjs/core';
   @Injectable() export class A { constructor(private readonly b: Reflector) {} get c() { return this.b; } }`,
  "import { Module } from '@nestjs/common'; @Module({}) export class A {}",
  'export async function a(b: Promise<1>) { try { return await b; } catch (error) { throw new Error("c", { cause: error }); } }',
];

async function lint(filePath, code, eslint = bySyntax) {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: resolve(root, filePath) });
  return result.messages;
}

test('what the house forbids is found', async () => {
  const missed = [];
  for (const [file, code, saying] of FORBIDDEN) {
    const messages = await lint(file, code);
    if (!messages.some(({ message }) => message.includes(saying))) missed.push({ file, code, messages });
  }
  assert.deepEqual(missed, []);
});

test('what the house allows passes', async () => {
  const found = [];
  for (const [file, code] of ALLOWED) {
    for (const { message } of await lint(file, code)) found.push({ file, code, message });
  }
  assert.deepEqual(found, []);
});

test('rules that need types are on, and leave Nest alone', async () => {
  const withTypes = new ESLint({ cwd: root });

  const missed = [];
  for (const [rule, code] of FORBIDDEN_WITH_TYPES) {
    const messages = await lint(TYPED_FILE, code, withTypes);
    if (!messages.some(({ ruleId }) => ruleId === rule)) missed.push({ rule, code });
  }
  const found = [];
  for (const code of ALLOWED_WITH_TYPES) {
    for (const { ruleId } of await lint(TYPED_FILE, code, withTypes)) found.push({ ruleId, code });
  }

  assert.deepEqual({ missed, found }, { missed: [], found: [] });
});
