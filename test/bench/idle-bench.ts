import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, figureRow } from './bench.js';

/** After its start the process still compiles and collects. */
const CALM_MS = 5_000;

/** What one replica costs while there is nothing to do. */
export const idle: Bench = {
  name: 'idle',
  run: async (stage, { quick }) => {
    const seconds = quick ? 10 : 30;
    await stage.clear();
    const product = await stage.startProduct();
    try {
      await delay(CALM_MS);
      await stage.countStatements();
      const cpuMs = await product.cpuMs();
      await delay(seconds * 1_000);
      const cpu = ((await product.cpuMs()) - cpuMs) / (seconds * 10);
      const statements = await stage.statements();
      const perSecond = statements.reduce((sum, { calls }) => sum + calls, 0) / seconds;
      return {
        rows: [
          figureRow('idle: CPU', '%', cpu, { text: '< 1 %', met: cpu < 1 }),
          figureRow('idle: statements', 'per s', perSecond, { text: '<= 5', met: perSecond <= 5 }),
          figureRow('idle: resident', 'MB', await product.residentMb()),
        ],
        faults: [],
        notes: statements.map(
          ({ calls, query }) => `idle: ${calls} x ${query.replace(/\s+/g, ' ').slice(0, 90)}`,
        ),
      };
    } finally {
      await product.stop();
    }
  },
};
