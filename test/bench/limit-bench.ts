import { type Bench, figureRow } from './bench.js';
import type { Product } from './product.js';
import { PRODUCT_CAMPAIGN } from './stage.js';
import { steadyRate } from './statistics.js';
import { wrongDeliveries } from './wrong-deliveries.js';

const LIMIT_PER_SECOND = 10;
const REPLICAS = 3;

/** Three replicas at the provider's limit: how much of it they use, and how often they run into it. */
export const drainUnderLimit: Bench = {
  name: 'limit',
  run: async (stage, { quick }) => {
    const mails = quick ? 60 : 300;
    await stage.clear();
    await stage.shutGate();
    const replicas: Product[] = [];
    try {
      for (let index = 0; index < REPLICAS; index += 1) {
        replicas.push(await stage.startProduct(LIMIT_PER_SECOND));
      }
      await stage.preload({ mails, provider: 'Resend', ...PRODUCT_CAMPAIGN });
      await stage.standIn.ask('begin', { latencyMs: 50, limitPerSecond: LIMIT_PER_SECOND });
      await stage.openGate();
      await stage.untilQueueIsEmpty();
    } finally {
      await Promise.all(replicas.map((replica) => replica.stop()));
    }
    const report = await stage.standIn.ask('report', undefined);
    const atMs = report.accepted.map((mail) => mail.atMs);
    const seconds = (Math.max(...atMs) - Math.min(...atMs)) / 1_000;
    const used = (100 * steadyRate(atMs)) / LIMIT_PER_SECOND;
    const throttled = (100 * report.throttled) / report.requests;
    return {
      rows: [
        figureRow('limit: 10 requests/s, 3 replicas', '% of it', used, { text: '>= 99 %', met: used >= 99 }),
        figureRow('limit: answered 429', '% of requests', throttled, { text: '< 1 %', met: throttled < 1 }),
      ],
      faults: await wrongDeliveries(stage, 'limit', mails, report),
      notes: [
        `limit: ${report.requests} requests, ${report.throttled} of them 429; from the first mail to the last ${seconds.toFixed(1)} s`,
      ],
    };
  },
};
