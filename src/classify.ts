import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { classifiedLine, type ClassifiedLine, messageIdKey } from './classified-line.js';
import { callerFolder } from './config/caller-folder.js';
import { MailReader } from './inbox/reading/mail-reader.service.js';
import type { ReadFormat, ReadMail } from './inbox/reading/read-mail.js';
import { unread } from './inbox/reading/unread.js';

const USAGE = `Tells what raw mails are, one JSON line each, or a readable JSON for each FILE. Needs no database.

  npm run -s classify -- --list LIST.jsonl [--root DIR] [--sent SENT.jsonl]
  npm run -s classify -- [--format rfc822|text|html] [--sent SENT.jsonl] FILE...

LIST.jsonl has lines {"id", "path", "format"}, with paths relative to DIR or else to the folder you are in;
SENT.jsonl has lines {"message_id"}: the mails that may have been answered.`;

const FORMATS: readonly string[] = ['rfc822', 'text', 'html'] satisfies ReadFormat[];

/** What the caller got wrong: no line is printed for it. */
class UsageError extends Error {}

interface Input {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
  readonly format: ReadFormat;
}

async function main(): Promise<void> {
  const { values, positionals } = parsedArguments();
  const folder = callerFolder();
  const sent = values.sent === undefined ? null : await readSent(resolve(folder, values.sent));
  const inputs =
    values.list === undefined
      ? positionals.map((path) => ({
          id: path,
          file: resolve(folder, path),
          format: asFormat(values.format),
        }))
      : await readList(resolve(folder, values.list), resolve(folder, values.root ?? '.'));
  const print = values.list === undefined ? printReadable : printLine;

  const reader = new MailReader();
  for (const input of inputs) print(classifiedLine(input.id, await readInput(reader, input), sent));
  await reader.close();
}

function parsedArguments() {
  const { values, positionals } = parseOptions();
  if ((values.list === undefined) === (positionals.length === 0)) throw new UsageError(USAGE);
  return { values, positionals };
}

function parseOptions() {
  const type = 'string';
  try {
    return parseArgs({
      allowPositionals: true,
      options: { list: { type }, root: { type }, sent: { type }, format: { type, default: 'rfc822' } },
    });
  } catch (error) {
    throw new UsageError(`${String(error)}\n\n${USAGE}`, { cause: error });
  }
}

async function readList(file: string, root: string): Promise<Input[]> {
  return (await jsonLines(file)).map(({ id, path, format = 'rfc822' }, index) => {
    if (typeof id !== 'string' || typeof path !== 'string') {
      throw new UsageError(`${file}: entry ${index + 1} has no "id" or no "path"`);
    }
    return { id, file: resolve(root, path), format: asFormat(format) };
  });
}

async function readSent(file: string): Promise<Set<string>> {
  const ids = (await jsonLines(file)).map((line, index) => {
    if (typeof line['message_id'] === 'string') return messageIdKey(line['message_id']);
    throw new UsageError(`${file}: entry ${index + 1} has no "message_id"`);
  });
  return new Set(ids);
}

async function jsonLines(file: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${codeOf(error)}`, { cause: error });
  });
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [Object(JSON.parse(line)) as Record<string, unknown>];
    } catch (error) {
      throw new UsageError(`${file}: line ${index + 1} is no JSON`, { cause: error });
    }
  });
}

function asFormat(format: unknown): ReadFormat {
  if (typeof format === 'string' && FORMATS.includes(format)) return format as ReadFormat;
  throw new UsageError(`No such format: ${JSON.stringify(format)}`);
}

/** A file that cannot be read is a mail that nothing is known of: a list is told to its end. */
async function readInput(reader: MailReader, { file, format }: Input): Promise<ReadMail> {
  let raw: Uint8Array;
  try {
    raw = await readFile(file);
  } catch (error) {
    return unread(new Uint8Array(), format, `not read: the file cannot be read (${codeOf(error)})`);
  }
  return reader.read(raw, format);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function printLine(line: ClassifiedLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function printReadable(line: ClassifiedLine): void {
  process.stdout.write(`${JSON.stringify(line, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
