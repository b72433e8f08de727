/** Stands in for mail-reader.worker: does what the first word of a mail says, and else "reads" its text. */
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ raw }) => {
  const text = new TextDecoder().decode(raw);
  const [order] = text.split(/\s/, 1);
  if (order === 'hang') for (;;);
  if (order === 'eat') eat();
  if (order === 'throw') throw new Error('A rule failed');
  if (order === 'exit') process.exit(1);
  parentPort.postMessage(
    order === 'reject' ? { kind: 'malformed' } : { kind: 'read', read: { visibleText: text } },
  );
});
parentPort.postMessage({ kind: 'ready' });

function eat() {
  const eaten = [];
  for (;;) eaten.push(Array.from({ length: 1000 }, (_, n) => ({ n })));
}
