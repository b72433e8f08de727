import { type Bench, type BenchOptions, type BenchResult, figureRow, ratioRow } from './bench.js';
import type { FloorDrainHandlers } from './floor-drain.js';
import { FLOOR_PROVIDER } from './preload.js';
import type { Product } from './product.js';
import { alternate } from './rounds.js';
import { FLOOR_CAMPAIGN, PRODUCT_CAMPAIGN, type Stage } from './stage.js';
import { median, spread, steadyRate } from './statistics.js';
import { Worker } from './worker.js';
import { wrongDeliveries } from './wrong-deliveries.js';

/** Calls of the provider that the service makes at once; floor and ceiling get the same. */
const CONCURRENCY = 100;

const LEAST_RATIO = 0.6;

export const drainAtOnce = drainBench('drain-0', 0);
export const drainWithLatency = drainBench('drain-50', 50);

function drainBench(name: string, latencyMs: number): Bench {
  return {
    name,
    run: async (stage, options) => {
      await stage.shutGate();
      const product = await stage.startProduct();
      const floor = await Worker.start<FloorDrainHandlers>('floor-drain.js');
      try {
        return await measure(stage, options, name, latencyMs, product, floor);
      } finally {
        await floor.stop();
        await product.stop();
        await stage.openGate();
      }
    },
  };
}

async function measure(
  stage: Stage,
  options: BenchOptions,
  name: string,
  latencyMs: number,
  product: Product,
  floor: Worker<FloorDrainHandlers>,
): Promise<BenchResult> {
  const faults: string[] = [];
  const mails = options.quick ? 1_500 : 5_000;
  const { databaseUrl, providerUrl } = stage;

  /** @returns mails per second, as the provider saw them */
  async function run(
    contestant: string,
    provider: string | null,
    send: () => Promise<void>,
  ): Promise<number> {
    await stage.clear();
    if (provider !== null) {
      const campaign = provider === FLOOR_PROVIDER ? FLOOR_CAMPAIGN : PRODUCT_CAMPAIGN;
      await stage.preload({ mails, provider, ...campaign });
    }
    await stage.standIn.ask('begin', { latencyMs, limitPerSecond: null });
    await send();
    const report = await stage.standIn.ask('report', undefined);
    if (report.requests !== mails) {
      faults.push(`${name}: ${contestant} made ${report.requests} requests for ${mails} mails`);
    }
    if (provider !== null) {
      faults.push(...(await wrongDeliveries(stage, `${name}, ${contestant}`, mails, report)));
    }
    return steadyRate(report.accepted.map(({ atMs }) => atMs));
  }

  const rates = await alternate(
    {
      floor: () =>
        run('floor', FLOOR_PROVIDER, () =>
          floor.ask('drain', { databaseUrl, providerUrl, concurrency: CONCURRENCY }),
        ),
      product: () =>
        run('product', 'Resend', async () => {
          await stage.openGate();
          await stage.untilQueueIsEmpty();
          await stage.shutGate();
        }),
      ceiling: () =>
        run('ceiling', null, () => floor.ask('ceiling', { providerUrl, concurrency: CONCURRENCY, mails })),
    },
    options.quick,
  );
  return {
    rows: [
      ratioRow(name, 'mails/s', median(rates.floor), median(rates.product), LEAST_RATIO),
      figureRow(`${name}: the SDK's own ceiling`, 'mails/s', median(rates.ceiling)),
    ],
    faults,
    notes: [
      `${name}: floor ${spread(rates.floor)}, product ${spread(rates.product)}, ceiling ${spread(rates.ceiling)}, ` +
        `product / ceiling ${(median(rates.product) / median(rates.ceiling)).toFixed(2)}, ` +
        `resident ${(await product.residentMb()).toFixed(0)} MB at the end`,
    ],
  };
}
