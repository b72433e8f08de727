import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Stage } from './stage.js';

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
];

/** What the figures depend on, one line each. */
export async function describeMachine(stage: Stage): Promise<string[]> {
  const [server] = await stage.rows<{ server_version: string }>('SHOW server_version');
  const settings = await stage.rows<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [SETTINGS],
  );
  const git = (...command: string[]): string => execFileSync('git', command, { encoding: 'utf8' }).trim();
  const packages = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const versions = ['@nestjs/core', 'typeorm', 'pg', 'fastify', 'resend'].map(
    (name) => `${name} ${packages.dependencies[name]}`,
  );
  return [
    `commit     ${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with local changes'}`,
    `machine    ${cpus()[0]?.model ?? '?'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ` +
      `load before ${loadavg()[0]?.toFixed(2)}; generator, provider, database and service share it`,
    `versions   Node ${process.version}, PostgreSQL ${server?.server_version}, ${versions.join(', ')}`,
    `PostgreSQL ${settings.map(({ name, value }) => `${name} ${value}`).join(', ')}`,
  ];
}
