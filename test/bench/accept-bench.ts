import { deriveTextPart } from '../../src/email/templates/text-part.js';
import { type Bench, type BenchOptions, type BenchResult, differing, ratioRow } from './bench.js';
import type { FloorAcceptHandlers, FloorReport } from './floor-accept.js';
import type { LoadReport } from './generator.js';
import { BODY } from './mail.js';
import type { Product } from './product.js';
import { alternate } from './rounds.js';
import { FLOOR_CAMPAIGN, LEADS, PRODUCT_CAMPAIGN, type Stage } from './stage.js';
import { median, spread } from './statistics.js';
import { Worker } from './worker.js';

interface Shape {
  readonly name: string;
  readonly leadsPerCall: number;
  readonly connections: number;
  /** Pools that the floor may choose from: it gets the one that is best for it. */
  readonly floorConnections: readonly number[];
  readonly leastRatio: number;
}

export const acceptOneByOne = acceptBench({
  name: 'accept-one',
  leadsPerCall: 1,
  connections: 32,
  floorConnections: [8, 16, 32, 64],
  leastRatio: 0.3,
});

export const acceptInHundreds = acceptBench({
  name: 'accept-hundred',
  leadsPerCall: 100,
  connections: 8,
  floorConnections: [2, 4, 8],
  leastRatio: 0.4,
});

function acceptBench(shape: Shape): Bench {
  return {
    name: shape.name,
    run: async (stage, options) => {
      // Behind a shut gate nothing is sent: accepting alone is measured.
      await stage.shutGate();
      const product = await stage.startProduct();
      const floor = await Worker.start<FloorAcceptHandlers>('floor-accept.js');
      try {
        return await measure(stage, options, shape, product, floor);
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
  shape: Shape,
  product: Product,
  floor: Worker<FloorAcceptHandlers>,
): Promise<BenchResult> {
  const faults: string[] = [];
  const times = { warmUpMs: 500, measureMs: options.quick ? 3_000 : 6_000 };

  async function runFloor(connections: number, measureMs = times.measureMs): Promise<FloorReport> {
    await stage.clear();
    const report = await floor.ask('load', {
      databaseUrl: stage.databaseUrl,
      connections,
      rowsPerInsert: shape.leadsPerCall,
      ...FLOOR_CAMPAIGN,
      leads: LEADS,
      html: BODY,
      text: deriveTextPart(BODY) ?? '',
      ...times,
      measureMs,
    });
    const stored = await stage.count('cam_outbound_emails WHERE campaign_id = 2');
    faults.push(...differing(`${shape.name}: rows of the floor`, stored, report.inserted));
    return report;
  }

  let cpuMsPerMail = 0;

  async function runProduct(): Promise<LoadReport> {
    await stage.clear();
    const cpuMs = await product.cpuMs();
    const report = await stage.generator.ask('load', {
      url: product.url,
      connections: shape.connections,
      leadsPerCall: shape.leadsPerCall,
      ...PRODUCT_CAMPAIGN,
      leads: LEADS,
      ...times,
    });
    cpuMsPerMail = ((await product.cpuMs()) - cpuMs) / report.queued;
    faults.push(...(await wrongCounts(stage, shape.name, report)));
    return report;
  }

  const trials: { connections: number; rate: number }[] = [];
  for (const connections of shape.floorConnections) {
    trials.push({ connections, rate: (await runFloor(connections, 2_000)).rate });
  }
  const best = trials.toSorted((a, b) => b.rate - a.rate)[0]?.connections ?? shape.connections;

  const runs = await alternate<'floor' | 'product', FloorReport | LoadReport>(
    { floor: () => runFloor(best), product: runProduct },
    options.quick,
  );
  const [floorRates, rates] = [runs.floor.map(({ rate }) => rate), runs.product.map(({ rate }) => rate)];
  const last = runs.product.at(-1);
  return {
    rows: [ratioRow(shape.name, 'mails/s', median(floorRates), median(rates), shape.leastRatio)],
    faults,
    notes: [
      `${shape.name}: floor ${spread(floorRates)} with ${best} connections, product ${spread(rates)} with ` +
        `${shape.connections}` +
        (last !== undefined && 'p50Ms' in last
          ? `, a call p50 ${last.p50Ms.toFixed(0)} ms, p99 ${last.p99Ms.toFixed(0)} ms`
          : '') +
        `, ${cpuMsPerMail.toFixed(2)} ms CPU of the service a mail`,
    ],
  };
}

/** Every mail that was answered for is stored, queued and counted once, and none else. */
async function wrongCounts(stage: Stage, name: string, report: LoadReport): Promise<string[]> {
  const counts: [string, string][] = [
    ['stored mails', 'cam_outbound_emails WHERE campaign_id = 1'],
    ['queued mails', `cam_dispatch_queue WHERE campaign_id = 1`],
    ['different mails', '(SELECT DISTINCT lead_id, sequence_number FROM cam_outbound_emails) AS different'],
  ];
  const faults =
    report.refused === 0 ? [] : [`${name}: ${report.refused} calls refused: ${report.firstRefusal}`];
  for (const [what, from] of counts) {
    faults.push(...differing(`${name}: ${what}`, await stage.count(from), report.queued));
  }
  const [counter] = await stage.rows<{ used: number }>(
    `SELECT used FROM cam_quota_counters WHERE scope = 'global'`,
  );
  return [...faults, ...differing(`${name}: places taken`, counter?.used ?? 0, report.queued)];
}
