/** What may import what. `import type` counts like any import, but for the two rules that say otherwise. */

const SPEC = '\\.(spec|integration-spec|e2e-spec)\\.ts$';

/** A package, resolved or not; `@nestjs/typeorm` is not `typeorm`. */
const npm = (names) => `^(node_modules/)?(${names})(/|$)`;

/** Everything in src outside the named folders. */
const allBut = (folders) => `^src/(?!(${folders})/)`;

/** Decisions without a clock, a database or a framework: data in, data out. */
const PURE =
  '(-policy|/settlement|/content-hash|/template-renderer|/inbox/(classification|reply-text)/[^.]+|/sequences/timing/[^.]+)\\.ts$';

/** A provider's folder, or its file while it is a single one. */
const CONCRETE_PROVIDER = '^src/email/provider/([^/]+/|[^/]+-email-provider\\.ts$)';

/** The folder of a mailbox account. */
const CONCRETE_MAILBOX = '^src/inbox/sources/(imap|noop)/';

/**
 * common <- config <- database <- http <- alerts <- campaigns <- leads <- suppressions <- sequences <- email <- follow-ups <-
 * inbox <- decisions <- webhooks; health reads them.
 */
const folders = [
  {
    name: 'common-imports-nothing-of-ours',
    comment: 'common is the floor: whatever it imported, everybody would import.',
    from: { path: '^src/common/' },
    to: { path: allBut('common') },
  },
  {
    name: 'config-imports-common',
    comment: 'Configuration is read before anything else exists.',
    from: { path: '^src/config/' },
    to: { path: allBut('common|config') },
  },
  {
    name: 'database-imports-common-and-config',
    comment: 'The connection does not know what is stored through it.',
    from: { path: '^src/database/', pathNot: SPEC },
    to: { path: allBut('common|config|database') },
  },
  {
    name: 'http-imports-below-features',
    comment: 'Guards, filters and idempotency serve every feature, so they may know none.',
    from: { path: '^src/http/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http') },
  },
  {
    name: 'alerts-import-below-campaigns',
    comment: 'An alert is written in the transaction of whatever it tells of: every feature may raise one.',
    from: { path: '^src/alerts/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|alerts') },
  },
  {
    name: 'campaigns-import-below-leads',
    comment: 'A campaign is a name, a limit and a switch; who is in it is the business of leads.',
    from: { path: '^src/campaigns/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|alerts|campaigns') },
  },
  {
    name: 'leads-import-below-email',
    comment: 'Leads join campaigns; both exist without mail.',
    from: { path: '^src/leads/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|alerts|campaigns|leads') },
  },
  {
    name: 'suppressions-import-below-campaigns',
    comment: 'Who must get no mail is a matter of addresses, whoever asks.',
    from: { path: '^src/suppressions/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|suppressions') },
  },
  {
    name: 'sequences-import-below-email',
    comment: 'Who is in which sequence, and when a step may go, is known without any mail.',
    from: { path: '^src/sequences/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|alerts|campaigns|leads|suppressions|sequences') },
  },
  {
    name: 'email-imports-below-follow-ups',
    comment: 'Mail goes out without anybody reading what comes in.',
    from: { path: '^src/email/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|alerts|campaigns|leads|suppressions|sequences|email') },
  },
  {
    name: 'follow-ups-import-below-inbox',
    comment: 'What came in stops enrolments; a step that is due asks for their state and not for the reason.',
    from: { path: '^src/follow-ups/', pathNot: SPEC },
    to: {
      path: allBut(
        'common|config|database|http|alerts|campaigns|leads|suppressions|sequences|email|follow-ups',
      ),
    },
  },
  {
    name: 'inbox-imports-below-decisions',
    comment: 'What came in is matched to what went out, never the other way round.',
    from: { path: '^src/inbox/', pathNot: SPEC },
    to: {
      path: allBut('common|config|database|http|alerts|campaigns|leads|suppressions|sequences|email|inbox'),
    },
  },
  {
    name: 'decisions-import-below-webhooks',
    comment: 'Decisions read what the features leave in the database, and pause campaigns.',
    from: { path: '^src/decisions/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|alerts|campaigns|decisions') },
  },
  {
    name: 'webhooks-import-below-health',
    comment: 'A provider tells of mail that went out and of mail that came in: its door stands above both.',
    from: { path: '^src/webhooks/', pathNot: SPEC },
    to: { path: allBut('common|config|database|http|campaigns|leads|suppressions|email|inbox|webhooks') },
  },
  {
    name: 'nobody-imports-health',
    comment: 'health reads the others; only the composition root mounts it.',
    from: { path: '^src/[^/]+/', pathNot: '^src/health/' },
    to: { path: '^src/health/' },
  },
  {
    name: 'nobody-imports-the-composition-root',
    comment:
      'main, app.module, app.setup and data-source put the parts together; a part that asks for them is upside down.',
    from: { path: '^src/[^/]+/', pathNot: SPEC },
    to: { path: '^src/[^/]+\\.ts$' },
  },
  {
    name: 'migrations-stand-alone',
    comment: 'A merged migration is never edited, so it must not change with the code either.',
    from: { path: '^migrations/', pathNot: SPEC },
    to: { path: '^(src|test|scripts)/' },
  },
  {
    name: 'only-the-data-source-lists-migrations',
    comment: 'One ordered list of migrations, for the application, the command line and the tests.',
    from: { pathNot: ['^src/data-source\\.ts$', '^migrations/', SPEC, '^test/'] },
    to: { path: '^migrations/' },
  },
];

const roles = [
  {
    name: 'controllers-call-services-and-views',
    comment:
      'controller -> service (writes) or view (reads); a repository behind a route skips the rules in between.',
    from: { path: '\\.controller\\.ts$' },
    to: { path: '^src/.+\\.(repository|entity|task)\\.ts$' },
  },
  {
    name: 'tasks-call-services',
    comment: 'A task owns a timer and calls one service; the work is testable without the timer.',
    from: { path: '\\.task\\.ts$' },
    to: { path: '^src/.+\\.(repository|entity|view|controller|dto)\\.ts$' },
  },
  {
    name: 'services-know-no-transport',
    comment: 'service -> repository, ports, pure files: it is called by HTTP and by timers alike.',
    from: { path: '\\.service\\.ts$' },
    to: { path: '^src/.+\\.(controller|task)\\.ts$' },
  },
  {
    name: 'services-check-no-requests',
    comment:
      'A DTO may name the shape of an argument, by `import type`; its class validates, and that is done at the door.',
    from: { path: '\\.service\\.ts$' },
    to: { path: '^src/.+\\.dto\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'storage-imports-downwards',
    comment: 'repository and view -> entity and typeorm; SQL that calls back into services hides a cycle.',
    from: { path: '\\.(repository|view)\\.ts$' },
    to: { path: '^src/.+\\.(service|controller|task|module)\\.ts$' },
  },
  {
    name: 'entities-are-rows',
    comment: 'An entity describes a table and nothing else.',
    from: { path: '\\.entity\\.ts$' },
    to: { path: '^src/.+\\.(service|controller|task|module|repository|view)\\.ts$' },
  },
  {
    name: 'repositories-stay-in-their-feature',
    comment: 'A module exports its service, never its repository: features talk downwards by method call.',
    from: { path: '^src/([^/]+)/', pathNot: SPEC },
    to: { path: '^src/(?!$1/)[^/]+/.+\\.repository\\.ts$' },
  },
  {
    name: 'foreign-tables-are-not-queried',
    comment:
      'Another feature hands its rows out by method call, and they may be named by `import type`. Its entity class ' +
      'itself is what a query needs: only an entity imports it, for a foreign key.',
    from: { path: '^src/([^/]+)/', pathNot: ['\\.entity\\.ts$', SPEC] },
    to: { path: '^src/(?!$1/)[^/]+/.+\\.entity\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'pure-files-import-common',
    comment:
      'Policies and settlements decide from their arguments: they import common, the port, and files without a role (a ' +
      'file with a role has a second dot in its name).',
    from: { path: `^src/([^/]+)/.*${PURE}`, pathNot: '^src/common/' },
    to: { path: '^src/', pathNot: ['^src/common/', '^src/[^/]+/[^.]+\\.ts$'] },
  },
  {
    name: 'pure-files-reach-no-io',
    comment: 'No framework, no storage and no socket in a pure file, nor in anything that it imports.',
    from: { path: `^src/.*${PURE}` },
    to: {
      path: [
        npm('@nestjs/[^/]+|@electric-sql/[^/]+|typeorm|pg|resend|nodemailer|imapflow|fastify|rxjs'),
        '^(node:)?(fs|net|tls|http|https|http2|dns|child_process|worker_threads)(/|$)',
      ],
      reachable: true,
    },
  },
  {
    name: 'common-knows-no-framework',
    comment: 'common is plain TypeScript: no Nest, no ORM, no vendor.',
    from: { path: '^src/common/', pathNot: SPEC },
    to: {
      path: npm(
        '@nestjs/[^/]+|@electric-sql/[^/]+|typeorm|pg|resend|nodemailer|imapflow|fastify|class-validator|class-transformer',
      ),
    },
  },
];

const packages = [
  {
    name: 'typeorm-in-storage-only',
    comment:
      'Only entities, repositories, views, database/, the data source, migrations and their command speak to the ORM.',
    from: {
      path: '^(src|scripts)/',
      pathNot: [
        '\\.(entity|repository|view)\\.ts$',
        '^src/database/',
        '^src/(data-source|migrate)\\.ts$',
        SPEC,
      ],
    },
    to: { path: npm('typeorm') },
  },
  {
    name: 'drivers-in-database-only',
    comment: 'Whether PostgreSQL is a server or embedded is known in database/ alone.',
    from: { path: '^src/', pathNot: ['^src/database/', SPEC] },
    to: { path: npm('pg|pg-[^/]+|@electric-sql/[^/]+') },
  },
  {
    name: 'resend-in-its-adapter-only',
    comment: 'The SDK is reached through the port: its errors and types end in provider/resend/.',
    from: { path: '^(src|scripts)/', pathNot: ['^src/email/provider/resend/', SPEC] },
    to: { path: npm('resend') },
  },
  {
    name: 'nodemailer-in-its-adapter-only',
    comment: 'The SMTP client is reached through the port: its errors and types end in provider/smtp/.',
    from: { path: '^(src|scripts)/', pathNot: ['^src/email/provider/smtp/', SPEC] },
    to: { path: npm('nodemailer') },
  },
  {
    name: 'imapflow-in-its-adapter-only',
    comment: 'The IMAP client is reached through the port: its errors and types end in inbox/sources/imap/.',
    from: { path: '^(src|scripts)/', pathNot: ['^src/inbox/sources/imap/', SPEC] },
    to: { path: npm('imapflow') },
  },
  {
    name: 'standardwebhooks-in-alerts-only',
    comment: 'How alerts are signed is known where they are posted.',
    from: { path: '^(src|scripts)/', pathNot: ['^src/alerts/', SPEC] },
    to: { path: npm('standardwebhooks') },
  },
  {
    name: 'temporal-in-timing-only',
    comment: 'Time zones and calendars are read in one place; everything else has instants.',
    from: { path: '^(src|scripts)/', pathNot: ['^src/sequences/timing/', SPEC] },
    to: { path: npm('temporal-polyfill') },
  },
  {
    name: 'mailboxes-by-token',
    comment: 'Nothing but the factory names a concrete mailbox account, and none of them another.',
    from: { path: '^src/', pathNot: ['^src/inbox/sources/mailbox\\.factory\\.ts$', SPEC, CONCRETE_MAILBOX] },
    to: { path: CONCRETE_MAILBOX },
  },
  {
    name: 'schedule-in-tasks-only',
    comment:
      'Timers live in *.task.ts (app.module starts the scheduler), so that everything else runs on call.',
    from: {
      path: '^(src|scripts)/',
      pathNot: ['\\.task\\.ts$', '\\.task\\.spec\\.ts$', '^src/app\\.module\\.ts$'],
    },
    to: { path: npm('@nestjs/schedule') },
  },
  {
    name: 'providers-by-token',
    comment: 'Nothing but email.module.ts and the factory names a concrete provider.',
    from: {
      path: '^src/',
      pathNot: [
        '^src/email/email\\.module\\.ts$',
        '^src/email/provider/email-provider\\.factory\\.ts$',
        SPEC,
        CONCRETE_PROVIDER,
      ],
    },
    to: { path: CONCRETE_PROVIDER },
  },
  {
    name: 'providers-do-not-know-each-other',
    comment: 'Adding or deleting one provider leaves the others untouched.',
    from: { path: '^src/email/provider/([^/]+)/' },
    to: { path: '^src/email/provider/(?!$1/)[^/]+/' },
  },
  {
    name: 'packages-are-declared',
    comment: 'A package that is there by luck of hoisting disappears with the next update.',
    from: { pathNot: '^node_modules/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
  },
  {
    name: 'product-needs-no-dev-dependency',
    comment: 'The image is built with --omit=dev: such an import would end the process at its start.',
    from: { path: '^(src|migrations)/', pathNot: SPEC },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
  },
];

const hygiene = [
  {
    name: 'no-cycles',
    comment: 'In ES modules a cycle is a crash at load that depends on who was imported first.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'everything-resolves',
    comment: 'An import that resolves to nothing would slip through every other rule.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-orphans',
    comment: 'A file that imports nothing and is imported by nobody is left over.',
    from: {
      orphan: true,
      pathNot: ['^src/[^/]+\\.ts$', '^test/support/global-(setup|teardown)\\.ts$', '\\.d\\.mts$'],
    },
    to: {},
  },
  {
    name: 'everything-is-reached',
    comment:
      'What no entry point reaches is dead, even when its own spec imports it. The code of a thread is started by its ' +
      'address, which no import shows.',
    from: { path: '^src/[^/]+\\.ts$', pathNot: SPEC },
    to: { path: '^(src/.+/|migrations/)', pathNot: [SPEC, '\\.worker\\.ts$'], reachable: false },
  },
  {
    name: 'product-does-not-import-tests',
    comment: 'The image holds no tests.',
    from: { path: '^(src|migrations)/', pathNot: SPEC },
    to: { path: ['^test/', SPEC] },
  },
  {
    name: 'specs-are-not-libraries',
    comment: 'What two specs share belongs to test/support.',
    from: {},
    to: { path: SPEC },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...folders, ...roles, ...packages, ...hygiene].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
    exoticRequireStrings: [],
  },
};
