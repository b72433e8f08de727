/**
 * Resend's stand-in as a process of its own: its memory and its history outlive every replica. Asked over IPC, with a
 * {@link StandInOrder}; tells of every request that met a fault, before it is answered.
 */
import {
  FakeResend,
  type Fault,
  type FaultTiming,
  type RequestRecord,
} from '../support/fake-resend/fake-resend.mjs';

export interface StandInOrder {
  readonly fault?: Fault & FaultTiming;
  /** Moves its clock, and with it the memory of keys, this far from the real time. */
  readonly clockOffsetMs?: number;
}

export type StandInNews =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly record: RequestRecord };

let clockOffsetMs = 0;
const [historyFile = '', seed = '1'] = process.argv.slice(2);
const fake = await FakeResend.start({
  historyFile,
  seed: Number(seed),
  now: () => Date.now() + clockOffsetMs,
  onRecord: (record) => {
    if (record.mode !== 'ok') tell({ kind: 'fault', record });
  },
});

process.on('message', ({ fault, clockOffsetMs: offsetMs }: StandInOrder) => {
  if (fault !== undefined) {
    const { times, probability, ...mode } = fault;
    fake.setMode(mode, {
      ...(times !== undefined && { times }),
      ...(probability !== undefined && { probability }),
    });
  }
  if (offsetMs !== undefined) clockOffsetMs = offsetMs;
  tell({ kind: 'done' });
});
process.on('disconnect', () => process.exit());
tell({ kind: 'listening', url: fake.baseUrl });

function tell(news: StandInNews): void {
  process.send?.(news);
}
