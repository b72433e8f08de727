import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { prefixRoutes } from './app.setup.js';
import { createHttpAdapter } from './http/http-adapter.js';
import { createOpenApi } from './openapi-document.js';

const FILE = 'docs/openapi.json';

/** Writes the API's description to docs/openapi.json; with `--check`, fails when it is not what is written there. */
const app = await NestFactory.create<NestFastifyApplication>(AppModule, createHttpAdapter(), {
  // Reads the decorators alone: no database, no provider.
  preview: true,
  logger: ['error'],
});
prefixRoutes(app);
const document = `${JSON.stringify(createOpenApi(app), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  await writeFile(FILE, document);
} else if ((await readFile(FILE, 'utf8')) !== document) {
  process.stderr.write(`${FILE} is not up to date: run npm run openapi and commit it\n`);
  process.exitCode = 1;
}
