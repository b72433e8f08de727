import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, figureRow } from './bench.js';
import type { Product } from './product.js';
import { PRODUCT_CAMPAIGN } from './stage.js';
import { median } from './statistics.js';
import { until } from './until.js';
import { wrongDeliveries } from './wrong-deliveries.js';

const RATE_PER_SECOND = 100;
const REPLICAS = 3;
const CALM_MS = 5_000;
const BEFORE_KILL_MS = 5_000;
/** A lease of the killed replica, and some. */
const AFTER_KILL_MS = 75_000;
const QUICK_AFTER_KILL_MS = 10_000;

/** How much of the pace counts as all of it within one second. */
const FULL_RATE = 0.95;

/** One of three replicas is killed at work: when is the rate full again, and when is its leased mail sent? */
export const recovery: Bench = {
  name: 'recovery',
  run: async (stage, { quick }) => {
    await stage.clear();
    await stage.shutGate();
    const afterKillMs = quick ? QUICK_AFTER_KILL_MS : AFTER_KILL_MS;
    const mails = Math.ceil(((BEFORE_KILL_MS + afterKillMs) * RATE_PER_SECOND) / 1_000);
    const replicas: Product[] = [];
    try {
      for (let index = 0; index < REPLICAS; index += 1) {
        replicas.push(await stage.startProduct(RATE_PER_SECOND));
      }
      await delay(CALM_MS);
      const idleMb = await residentMb(replicas);
      await stage.preload({ mails, provider: 'Resend', ...PRODUCT_CAMPAIGN });
      await stage.standIn.ask('begin', { latencyMs: 50, limitPerSecond: null });
      await stage.openGate();
      await until(
        'the replicas are at work',
        30_000,
        async () => (await stage.standIn.ask('count', undefined)) > 100,
      );
      await delay(BEFORE_KILL_MS);

      const busyMb = await residentMb(replicas);
      const killedAtMs = performance.timeOrigin + performance.now();
      const [killed] = await stage.rows<{ at: Date }>('SELECT clock_timestamp() AS at');
      await replicas[0]?.stop('SIGKILL');
      await stage.untilQueueIsEmpty();

      const report = await stage.standIn.ask('report', undefined);
      const atMs = report.accepted.map((mail) => mail.atMs).sort((a, b) => a - b);
      const [again] = await stage.rows<{ mails: number; last_after_s: number | null }>(
        `SELECT count(*)::integer AS mails, EXTRACT(EPOCH FROM max(started_at) - $1)::float8 AS last_after_s
           FROM cam_send_attempts WHERE attempt > 1`,
        [killed?.at],
      );
      return {
        rows: [
          figureRow(
            'recovery: kill -9 of 1 of 3 to the full rate',
            's',
            fullRateAfterMs(atMs, killedAtMs) / 1_000,
          ),
          figureRow("recovery: the killed one's last mail sent after", 's', again?.last_after_s ?? 0),
          figureRow('resident, idle', 'MB', idleMb),
          figureRow('resident, at work', 'MB', busyMb),
        ],
        faults: await wrongDeliveries(stage, 'recovery', mails, report),
        notes: [
          `recovery: pace ${RATE_PER_SECOND}/s, ${again?.mails ?? 0} mails of the killed replica were sent again under ` +
            `their key, ${report.repeats} of them had been accepted; least in one second after the kill: ` +
            `${leastInASecond(atMs, killedAtMs)}`,
        ],
      };
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
    }
  },
};

async function residentMb(replicas: readonly Product[]): Promise<number> {
  return median(await Promise.all(replicas.map((replica) => replica.residentMb())));
}

/** From the kill to the start of the first second that is as full as the pace allows. */
function fullRateAfterMs(atMs: readonly number[], killedAtMs: number): number {
  const after = atMs.filter((at) => at >= killedAtMs);
  const wanted = RATE_PER_SECOND * FULL_RATE;
  for (const from of [killedAtMs, ...after]) {
    if (after.filter((at) => at >= from && at < from + 1_000).length >= wanted) return from - killedAtMs;
  }
  return Number.NaN;
}

/** Mails in the emptiest whole second of the ten after the kill. */
function leastInASecond(atMs: readonly number[], killedAtMs: number): number {
  const seconds = Array.from({ length: 10 }, (_, index) => killedAtMs + index * 1_000);
  return Math.min(...seconds.map((from) => atMs.filter((at) => at >= from && at < from + 1_000).length));
}
