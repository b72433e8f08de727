/** Every rule of .dependency-cruiser.cjs, shown to fire on a small tree that breaks it, and to stay silent on one that does not. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { after, test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

const byType = (specifier) => `import type { x } from '${specifier}';`;
const byValue = (specifier) => `import { x } from '${specifier}';`;

/** [rule, importing file, imported file or package, how: `byType` unless told] */
const VIOLATIONS = [
  ['common-imports-nothing-of-ours', 'src/common/a.ts', 'src/config/a.config.ts'],
  ['common-knows-no-framework', 'src/common/b.ts', '@nestjs/common'],
  ['config-imports-common', 'src/config/b.config.ts', 'src/http/problem.ts'],
  ['database-imports-common-and-config', 'src/database/lease.ts', 'src/http/problem.ts'],
  ['http-imports-below-features', 'src/http/guard.ts', 'src/campaigns/campaign.service.ts'],
  ['campaigns-import-below-leads', 'src/campaigns/a.service.ts', 'src/leads/lead.service.ts'],
  ['leads-import-below-email', 'src/leads/a.service.ts', 'src/email/sending/sending.service.ts'],
  [
    'suppressions-import-below-campaigns',
    'src/suppressions/a.service.ts',
    'src/campaigns/campaign.service.ts',
  ],
  ['alerts-import-below-campaigns', 'src/alerts/a.service.ts', 'src/campaigns/campaign.service.ts'],
  ['sequences-import-below-email', 'src/sequences/a.service.ts', 'src/email/sending/sending.service.ts'],
  ['email-imports-below-follow-ups', 'src/email/a.service.ts', 'src/inbox/ingest.service.ts'],
  ['email-imports-below-follow-ups', 'src/email/c.service.ts', 'src/follow-ups/follow-up.service.ts'],
  ['follow-ups-import-below-inbox', 'src/follow-ups/a.service.ts', 'src/inbox/ingest.service.ts'],
  ['inbox-imports-below-decisions', 'src/inbox/a.service.ts', 'src/webhooks/event.service.ts'],
  ['decisions-import-below-webhooks', 'src/decisions/a.service.ts', 'src/email/sending/sending.service.ts'],
  ['webhooks-import-below-health', 'src/webhooks/a.service.ts', 'src/health/status.ts'],
  ['nobody-imports-health', 'src/email/b.service.ts', 'src/health/status.ts'],
  ['nobody-imports-the-composition-root', 'src/health/a.ts', 'src/app.module.ts'],
  ['migrations-stand-alone', 'migrations/1-a.ts', 'src/common/assert-never.ts'],
  ['only-the-data-source-lists-migrations', 'src/database/b.ts', 'migrations/1-a.ts'],

  ['controllers-call-services-and-views', 'src/leads/a.controller.ts', 'src/leads/lead.repository.ts'],
  ['tasks-call-services', 'src/email/a.task.ts', 'src/email/outbox.repository.ts'],
  ['services-know-no-transport', 'src/leads/b.service.ts', 'src/leads/lead.controller.ts'],
  ['services-check-no-requests', 'src/leads/e.service.ts', 'src/leads/dto/lead.dto.ts', byValue],
  ['storage-imports-downwards', 'src/leads/a.repository.ts', 'src/leads/lead.service.ts'],
  ['storage-imports-downwards', 'src/leads/a.view.ts', 'src/leads/lead.service.ts'],
  ['entities-are-rows', 'src/leads/a.entity.ts', 'src/leads/lead.repository.ts'],
  ['repositories-stay-in-their-feature', 'src/email/c.service.ts', 'src/leads/lead.repository.ts'],
  ['foreign-tables-are-not-queried', 'src/email/d.service.ts', 'src/leads/lead.entity.ts', byValue],
  ['pure-files-import-common', 'src/email/dispatch/retry-policy.ts', 'src/email/sending/sending.service.ts'],
  ['pure-files-import-common', 'src/email/sending/content-hash.ts', 'src/config/a.config.ts'],
  ['pure-files-reach-no-io', 'src/email/dispatch/settlement.ts', 'typeorm'],
  ['pure-files-reach-no-io', 'src/email/dispatch/rate-policy.ts', 'src/email/dispatch/roundabout.ts'],

  ['typeorm-in-storage-only', 'src/leads/c.service.ts', 'typeorm'],
  ['drivers-in-database-only', 'src/leads/d.service.ts', 'pg'],
  ['drivers-in-database-only', 'src/health/b.ts', '@electric-sql/pglite'],
  ['resend-in-its-adapter-only', 'src/email/provider/noop/b.ts', 'resend'],
  ['nodemailer-in-its-adapter-only', 'src/email/provider/noop/d.ts', 'nodemailer'],
  ['imapflow-in-its-adapter-only', 'src/inbox/sources/noop/a.ts', 'imapflow'],
  ['mailboxes-by-token', 'src/inbox/b.service.ts', 'src/inbox/sources/imap/imap-mailbox.ts'],
  ['standardwebhooks-in-alerts-only', 'src/decisions/b.service.ts', 'standardwebhooks'],
  ['temporal-in-timing-only', 'src/follow-ups/b.service.ts', 'temporal-polyfill'],
  ['schedule-in-tasks-only', 'src/email/e.service.ts', '@nestjs/schedule'],
  ['providers-by-token', 'src/email/f.service.ts', 'src/email/provider/noop/noop-email-provider.ts'],
  ['providers-by-token', 'src/email/g.service.ts', 'src/email/provider/dry-run-email-provider.ts'],
  [
    'providers-do-not-know-each-other',
    'src/email/provider/noop/c.ts',
    'src/email/provider/resend/resend-outcome.ts',
  ],
  ['packages-are-declared', 'src/http/b.ts', 'undeclared'],
  ['product-needs-no-dev-dependency', 'src/http/c.ts', 'for-development'],

  ['no-cycles', 'src/http/cycle-a.ts', 'src/http/cycle-b.ts'],
  ['everything-resolves', 'src/http/d.ts', 'missing-package'],
  ['no-orphans', 'src/http/orphan.ts'],
  ['everything-is-reached', 'src/http/orphan.ts'],
  ['product-does-not-import-tests', 'src/http/e.ts', 'test/support/database.ts'],
  ['specs-are-not-libraries', 'test/support/a.ts', 'src/http/problem.spec.ts'],
];

/** The far ends of the violations above that span several files. */
const FAR_ENDS = [
  ['src/email/dispatch/roundabout.ts', 'node:fs/promises'],
  ['src/http/cycle-b.ts', 'src/http/cycle-a.ts'],
];

/** What the rules must let through; `byValue` unless told. */
const ALLOWED = [
  ['src/database/connection.ts', 'typeorm'],
  ['src/database/connection.ts', 'pg'],
  ['src/email/email.module.ts', 'src/email/provider/noop/noop-email-provider.ts'],
  ['src/email/provider/email-provider.factory.ts', 'src/email/provider/resend/resend-email-provider.ts'],
  ['src/email/provider/email-provider.factory.ts', 'src/email/provider/dry-run-email-provider.ts'],
  ['src/email/provider/dry-run-email-provider.ts', 'src/email/provider/email-provider.ts'],
  ['src/email/provider/resend/resend-email-provider.ts', 'resend'],
  ['src/email/provider/email-provider.factory.ts', 'src/email/provider/smtp/smtp-email-provider.ts'],
  ['src/email/provider/smtp/smtp-email-provider.ts', 'nodemailer'],
  ['src/inbox/sources/mailbox.factory.ts', 'src/inbox/sources/imap/imap-mailbox.ts'],
  ['src/inbox/sources/imap/imap-mailbox.ts', 'src/inbox/sources/imap/imap-failure.ts'],
  ['src/inbox/sources/imap/imap-failure.ts', 'imapflow'],
  ['src/alerts/posting.service.ts', 'standardwebhooks'],
  ['src/sequences/timing/clock.ts', 'temporal-polyfill'],
  ['src/email/dispatch/claim-policy.ts', 'src/sequences/gate-policy.ts'],
  ['src/email/provider/resend/resend-email-provider.ts', 'src/email/provider/resend/resend-outcome.ts'],
  ['src/email/provider/noop/noop-email-provider.spec.ts', 'src/email/provider/noop/noop-email-provider.ts'],
  ['src/email/dispatch/settlement.ts', 'src/email/provider/email-provider.ts'],
  ['src/email/dispatch/settlement.ts', 'src/email/dispatch/retry-policy.ts'],
  ['src/email/templates/template-renderer.ts', 'src/email/templates/text-part.ts'],
  ['src/email/provider/resend/resend.spec.ts', 'resend'],
  ['src/migrate.ts', 'src/database/migrate-only.ts'],
  ['src/email/dispatch/email-retry.task.ts', '@nestjs/schedule'],
  ['src/email/dispatch/outbox.integration-spec.ts', 'test/support/database.ts'],
  ['src/email/dispatch/outbox.integration-spec.ts', 'typeorm'],
  ['src/email/entities/outbound-email.entity.ts', 'src/leads/lead.entity.ts'],
  ['src/email/dispatch/outbox.repository.ts', 'src/leads/lead.entity.ts', byType],
  ['src/leads/lead.service.ts', 'src/leads/dto/lead.dto.ts', byType],
  ['src/leads/lead.service.ts', 'src/campaigns/campaign.service.ts'],
  ['src/health/provider.health.ts', 'src/email/email.module.ts'],
  ['src/leads/lead.repository.ts', 'typeorm'],
  ['test/support/database.ts', 'src/data-source.ts'],
  ['test/support/database.ts', 'embedded'],
  ['src/data-source.ts', 'migrations/1-a.ts'],
  ['migrations/1-a.ts', 'typeorm'],
];

const SPEC = /[.-]spec\.ts$/;
const UNREACHED = 'everything-is-reached';

const DEPENDENCIES = [
  'typeorm',
  'pg',
  '@electric-sql/pglite',
  'resend',
  'nodemailer',
  'imapflow',
  'standardwebhooks',
  'temporal-polyfill',
  '@nestjs/common',
  '@nestjs/schedule',
];
const DEV_DEPENDENCIES = ['for-development', 'embedded'];

const trees = await mkdtemp(join(tmpdir(), 'cam-layers-'));
after(() => rm(trees, { recursive: true, force: true }));

test('every rule has a case', () => {
  const covered = new Set(VIOLATIONS.map(([rule]) => rule));

  assert.deepEqual(
    forbidden.map((rule) => rule.name).filter((name) => !covered.has(name)),
    [],
  );
});

test('every violation fails the build', async () => {
  const edges = [...VIOLATIONS.map(([, ...edge]) => edge), ...FAR_ENDS];

  const found = await cruise('violations', edges, byType);

  // A rule on what is not reached reports the entry point as `from`.
  const seen = found.map(({ rule, from, to }) => `${rule.name}: ${rule.name === UNREACHED ? to : from}`);
  const expected = VIOLATIONS.map(([rule, from]) => `${rule}: ${from}`);
  assert.deepEqual(
    expected.filter((violation) => !seen.includes(violation)),
    [],
  );
});

test('what the layers allow passes', async () => {
  const imported = ALLOWED.filter(([from]) => !SPEC.test(from)).map(([, to]) => to);
  const mounted = ALLOWED.map(([from]) => from).filter(
    (file) => /^src\/.+\//.test(file) && !SPEC.test(file) && !imported.includes(file),
  );
  const edges = [...ALLOWED, ...mounted.map((file) => ['src/main.ts', file])];

  const found = await cruise('allowed', edges, byValue);

  assert.deepEqual(
    found.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    [],
  );
});

/** Writes a tree with these imports and answers with the rules it breaks. */
async function cruise(name, edges, byDefault) {
  const folder = join(trees, name);
  const sources = new Map();
  for (const [from, to, statement = byDefault] of edges) {
    const lines = sources.get(from) ?? [];
    sources.set(from, to === undefined ? lines : [...lines, statement(specifierOf(from, to))]);
    if (to?.endsWith('.ts') && !sources.has(to)) sources.set(to, []);
  }
  for (const [file, lines] of sources) {
    await write(folder, file, [...lines, 'export const x = 1;', ''].join('\n'));
  }

  for (const pkg of [...DEPENDENCIES, ...DEV_DEPENDENCIES, 'undeclared']) {
    await write(folder, `node_modules/${pkg}/package.json`, JSON.stringify({ name: pkg, version: '1.0.0' }));
    await write(folder, `node_modules/${pkg}/index.js`, 'exports.x = 1;');
  }
  await write(
    folder,
    'package.json',
    JSON.stringify({
      type: 'module',
      dependencies: anyVersion(DEPENDENCIES),
      devDependencies: anyVersion(DEV_DEPENDENCIES),
    }),
  );
  await copyFile(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  await copyFile(join(root, '.dependency-cruiser.cjs'), join(folder, '.dependency-cruiser.cjs'));

  const args = 'src test migrations --config .dependency-cruiser.cjs --output-type json'.split(' ');
  const report = await new Promise((resolveReport, reject) => {
    execFile(process.execPath, [depcruise, ...args], { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (stdout === '') reject(error);
      else resolveReport(JSON.parse(stdout));
    });
  });
  return report.summary.violations;
}

function specifierOf(from, to) {
  if (!to.endsWith('.ts')) return to;
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

function anyVersion(names) {
  return Object.fromEntries(names.map((name) => [name, '*']));
}

async function write(folder, file, text) {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}
