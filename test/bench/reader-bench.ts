import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { MailReader } from '../../src/inbox/reading/mail-reader.service.js';
import { HOSTILE_MAILS } from '../support/hostile-mails.js';

/**
 * `node scripts/run-compiled.mjs test/bench/reader-bench.ts [MAIL...]`: what hostile mail costs the service that reads
 * it (the longest time that its event loop stood still, how long the mail took, how far its memory rose), and how many
 * ordinary mails it reads in a second: those named, or one of its own.
 */
const ORDINARY = `From: Ann <ann@example.com>\r\nTo: us+token@example.org\r\nSubject: Re: Hello\r\n\r\nYes, please call me on Tuesday.\r\n\r\n> Hello Ann,\r\n> shall we talk?\r\n`;
const ROUNDS_MS = 5000;

const reader = new MailReader();
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();

function say(...cells: (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

async function hostile(): Promise<void> {
  say('mail', 'ends', 'ms', 'event loop stood still, ms', 'RSS, MB');
  say('---', '---', '---', '---', '---');
  await reader.read(Buffer.from(ORDINARY));
  for (const { name, raw } of HOSTILE_MAILS) {
    const mail = raw();
    await new Promise((resolve) => setTimeout(resolve, 50));
    loop.reset();
    const start = performance.now();
    const result = await reader.read(mail);
    const took = performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const end = result.kind === 'read' ? 'read' : `unreadable: ${result.reason}`;
    say(
      name,
      end,
      took.toFixed(0),
      (loop.max / 1e6).toFixed(0),
      (process.memoryUsage().rss / 1e6).toFixed(0),
    );
  }
}

async function ordinary(files: readonly string[]): Promise<void> {
  const mails: Uint8Array[] = files.length === 0 ? [Buffer.from(ORDINARY)] : [];
  for (const file of files) mails.push(await readFile(file));
  let slowest = { ms: 0, at: 0 };
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < ROUNDS_MS) {
    for (const [at, mail] of mails.entries()) {
      const began = performance.now();
      await reader.read(mail);
      const ms = performance.now() - began;
      if (ms > slowest.ms) slowest = { ms, at };
      count += 1;
    }
  }
  const perSecond = (count / (performance.now() - start)) * 1000;
  say('ordinary mails a second', perSecond.toFixed(0));
  say('slowest, ms', slowest.ms.toFixed(0), files[slowest.at] ?? 'our own');
}

await hostile();
await ordinary(process.argv.slice(2));
await reader.close();
