import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { compileSources, type CompiledSources } from '../../../test/support/compile-sources.js';
import { HOSTILE_MAILS } from '../../../test/support/hostile-mails.js';
import { MailReader } from './mail-reader.service.js';
import { readMail } from './read-mail.js';

/** Nothing here waits for it: a busy machine may. */
const PATIENCE_MS = 60_000;

const ORDINARY = Buffer.from(
  'From: Ann <ann@example.com>\r\nMessage-ID: <1@example.com>\r\nSubject: Re: Hello\r\n\r\nYes, please.\r\n',
);

let compiled: CompiledSources;

beforeAll(async () => {
  compiled = await compileSources('src');
}, PATIENCE_MS);

afterAll(() => compiled.remove());

describe('MailReader', () => {
  let reader: MailReader;

  beforeAll(() => {
    const worker = join(compiled.folder, 'inbox/reading/mail-reader.worker.js');
    reader = new MailReader(pathToFileURL(worker), PATIENCE_MS);
  });

  afterAll(() => reader.close());

  it(
    'reads a mail in its thread as it is read outside',
    async () => {
      expect(await reader.read(ORDINARY)).toEqual({ kind: 'read', ...(await readMail(ORDINARY)) });
    },
    PATIENCE_MS,
  );

  it(
    "leaves the caller's bytes alone",
    async () => {
      const hers = Uint8Array.from(ORDINARY);

      await reader.read(hers);

      expect(hers).toEqual(Uint8Array.from(ORDINARY));
    },
    PATIENCE_MS,
  );

  it(
    'reads a body of text or HTML',
    async () => {
      const html = await reader.read(Buffer.from('<p>Not <b>now</b>.</p>'), 'html');
      const text = await reader.read(Buffer.from('Not now.\r\n'), 'text');

      expect([html, text]).toMatchObject([
        { kind: 'read', visibleText: 'Not now.' },
        { kind: 'read', visibleText: 'Not now.' },
      ]);
    },
    PATIENCE_MS,
  );

  it.each(HOSTILE_MAILS)(
    'ends with a mail with $name, which can be stored and matched, and reads the next',
    async ({ raw, isReadable }) => {
      const hostile = await reader.read(raw());
      const next = await reader.read(ORDINARY);

      expect(hostile).toMatchObject({
        ...(isReadable ? { kind: 'read' } : { kind: 'unreadable', classification: { needsReview: true } }),
        mail: { from: { address: 'eve@example.com' }, messageId: '<hostile@example.com>' },
      });
      expect(JSON.stringify(hostile)).not.toContain(String.raw`\u0000`);
      expect(next).toMatchObject({ kind: 'read', mail: { messageId: '<1@example.com>' } });
    },
    PATIENCE_MS,
  );

  it(
    'does not keep a process alive that has nothing else to do',
    async () => {
      const program = join(compiled.folder, 'read-one.mjs');
      await writeFile(
        program,
        `import { MailReader } from './inbox/reading/mail-reader.service.js';
        const { mail } = await new MailReader().read(Buffer.from('Subject: Hello\\n\\nHello'));
        process.stdout.write(mail.subject);`,
      );

      const ended = await promisify(execFile)(process.execPath, [program], { timeout: PATIENCE_MS / 2 });

      expect(ended.stdout).toBe('Hello');
    },
    PATIENCE_MS,
  );
});

describe('MailReader, of a worker that does what a mail says', () => {
  const obedient = pathToFileURL('test/support/obedient-reader.worker.mjs');

  async function readAll(deadlineMs: number, mails: readonly string[]) {
    const reader = new MailReader(obedient, deadlineMs);
    const results = await Promise.all(mails.map((mail) => reader.read(Buffer.from(mail))));
    await reader.close();
    return results.map((result) => (result.kind === 'read' ? result.visibleText : result.reason));
  }

  it(
    'gives up a mail that is late, and reads those that waited',
    async () => {
      expect(await readAll(2000, ['one', 'hang', 'two', 'hang', 'three'])).toEqual([
        'one',
        'timeout',
        'two',
        'timeout',
        'three',
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'survives a mail that fills the heap, one that fails and one that ends the thread, and reads those that waited',
    async () => {
      expect(
        await readAll(PATIENCE_MS, ['eat', 'one', 'throw', 'two', 'exit', 'three', 'reject', 'four']),
      ).toEqual(['memory', 'one', 'crashed', 'two', 'crashed', 'three', 'malformed', 'four']);
    },
    PATIENCE_MS,
  );

  it(
    'tells of an unreadable mail what its header says, and classifies it for review',
    async () => {
      const reader = new MailReader(obedient, PATIENCE_MS);

      const result = await reader.read(
        Buffer.from('exit now\nSubject: Hello\nTo: us+token@example.org\n\nHi'),
      );
      await reader.close();

      expect(result).toMatchObject({
        kind: 'unreadable',
        mail: { subject: 'Hello', recipients: ['us+token@example.org'], text: null },
        visibleText: '',
        classification: { class: 'NEUTRAL', reason: 'not read: crashed', needsReview: true },
      });
    },
    PATIENCE_MS,
  );

  it(
    'reads the mails that wait before it closes',
    async () => {
      const reader = new MailReader(obedient, PATIENCE_MS);

      const waiting = reader.read(Buffer.from('last'));
      await reader.close();

      await expect(waiting).resolves.toMatchObject({ visibleText: 'last' });
    },
    PATIENCE_MS,
  );

  it('rejects, each time, when its worker does not start', async () => {
    const reader = new MailReader(new URL('file:///nowhere/worker.js'), PATIENCE_MS);

    await expect(reader.read(Buffer.from('one'))).rejects.toThrow('did not start');
    await expect(reader.read(Buffer.from('two'))).rejects.toThrow('did not start');
  });
});
