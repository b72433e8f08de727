import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';

it('a program with a PostgreSQL of its own ends with the exit code that it has set', async () => {
  const child = spawn(process.execPath, ['scripts/run-compiled.mjs', 'test/support/failing-program.ts'], {
    stdio: 'ignore',
  });

  const [code] = await once(child, 'close');

  expect(code).toBe(3);
});
