import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { compileSources, type CompiledSources } from '../support/compile-sources.js';

const REPLY = [
  'From: Ann <ann@example.com>',
  'To: Us <us+k3y@example.org>',
  'In-Reply-To: <unknown@example.com>',
  'References: <first@example.org> <second@example.org> <unknown@example.com>',
  '',
  'Hello there.',
].join('\r\n');

describe('npm run classify', () => {
  let compiled: CompiledSources;
  let folder: string;

  beforeAll(async () => {
    compiled = await compileSources('src');
    folder = await mkdtemp(join(tmpdir(), 'cam-classify-'));
    await mkdir(join(folder, 'mails'));
    await place('mails/reply.eml', REPLY);
    await place('mails/no-mail.eml', Buffer.from([0, 255, 13, 10, 0]));
    await place('mails/nested.eml', nested());
    await place('mails/body.txt', 'Hello there.\r\n');
    await place('mails/body.html', '<p>Hello <b>there</b>.</p>');
  });

  afterAll(async () => {
    await compiled.remove();
    await rm(folder, { recursive: true });
  });

  async function place(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(folder, name), content);
  }

  async function placeList(name: string, lines: readonly object[]): Promise<void> {
    await place(name, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** As npm starts it: in another folder than the caller's, which a variable names. */
  async function classify(...args: string[]) {
    const child = spawn(process.execPath, [join(compiled.folder, 'classify.js'), ...args], {
      cwd: compiled.folder,
      env: { PATH: process.env['PATH'], INIT_CWD: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { output, errors, code: code as number };
  }

  async function classifyList(...args: string[]): Promise<Record<string, unknown>[]> {
    const { output, errors, code } = await classify(...args);
    expect({ errors, code }).toEqual({ errors: '', code: 0 });
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('prints one line a mail, in order, also for what it cannot read', async () => {
    await placeList('list.jsonl', [
      { id: 'reply', path: 'reply.eml', format: 'rfc822' },
      { id: 'missing', path: 'missing.eml', format: 'rfc822' },
      { id: 'no-mail', path: 'no-mail.eml', format: 'rfc822' },
      { id: 'nested', path: 'nested.eml', format: 'rfc822' },
      { id: 'text', path: 'body.txt', format: 'text', more: 'is ignored' },
      { id: 'html', path: join(folder, 'mails/body.html'), format: 'html' },
    ]);

    const lines = await classifyList('--list', 'list.jsonl', '--root', 'mails');

    const unread = { class: 'NEUTRAL', confidence: 0, visible_text: '' };
    expect(lines).toMatchObject([
      { id: 'reply', visible_text: 'Hello there.', plus_token: 'k3y' },
      { ...unread, id: 'missing', reason: 'not read: the file cannot be read (ENOENT)' },
      { id: 'no-mail', class: 'NEUTRAL' },
      { ...unread, id: 'nested', reason: 'not read: malformed' },
      { id: 'text', visible_text: 'Hello there.' },
      { id: 'html', visible_text: 'Hello there.' },
    ]);
    expect(Object.keys(lines[0]!)).toEqual([
      ...['id', 'class', 'confidence', 'reason', 'delayed', 'recipients', 'original_message_id'],
      ...['in_reply_to', 'plus_token', 'feedback_type', 'visible_text', 'return_date'],
    ]);
    expect(lines.map((line) => Object.keys(line))).toEqual(lines.map(() => Object.keys(lines[0]!)));
  });

  it("takes paths from the caller's folder without a root", async () => {
    await placeList('list.jsonl', [{ id: 'reply', path: 'mails/reply.eml', format: 'rfc822' }]);

    expect(await classifyList('--list', 'list.jsonl')).toMatchObject([{ visible_text: 'Hello there.' }]);
  });

  it.each([
    ['In-Reply-To', ['<unknown@example.com>', '<second@example.org>'], '<unknown@example.com>'],
    ['the newest reference', ['<first@example.org>', 'SECOND@example.org'], '<second@example.org>'],
    ['In-Reply-To, when none was sent,', ['<other@example.org>'], '<unknown@example.com>'],
  ])('takes %s of the sent mails for the answered one', async (_, sent, answered) => {
    await placeList('list.jsonl', [{ id: 'reply', path: 'mails/reply.eml', format: 'rfc822' }]);
    await placeList(
      'sent.jsonl',
      sent.map((id) => ({ message_id: id })),
    );

    const lines = await classifyList('--list', 'list.jsonl', '--sent', 'sent.jsonl');

    expect(lines).toMatchObject([{ in_reply_to: answered }]);
  });

  it('tells a person of files, readably', async () => {
    const { output, code } = await classify('mails/reply.eml');

    expect({ ...(JSON.parse(output) as object), code }).toMatchObject({ id: 'mails/reply.eml', code: 0 });
    expect(output).toContain('\n  "class": ');
  });

  it.each([
    ['no list and no file', [], 'npm run -s classify'],
    ['a list that is not there', ['--list', 'nowhere.jsonl'], 'nowhere.jsonl cannot be read: ENOENT'],
    ['a list that is no JSON', ['--list', 'mails/body.txt'], 'line 1 is no JSON'],
    ['a list without ids', ['--list', 'no-ids.jsonl'], 'no-ids.jsonl: entry 1 has no "id"'],
    ['a list of another format', ['--list', 'other-format.jsonl'], 'No such format: "mbox"'],
    ['an unknown option', ['--lists', 'list.jsonl'], '--lists'],
  ])('ends with 2 and prints nothing for %s', async (_, args, complaint) => {
    await placeList('no-ids.jsonl', [{ path: 'mails/reply.eml', format: 'rfc822' }]);
    await placeList('other-format.jsonl', [{ id: 'a', path: 'mails/reply.eml', format: 'mbox' }]);

    const { output, errors, code } = await classify(...args);

    expect({ output, code }).toEqual({ output: '', code: 2 });
    expect(errors).toContain(complaint);
  });
});

/** Deeper than the parser goes. */
function nested(): string {
  return Array.from(
    { length: 100 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`,
  ).join('');
}
