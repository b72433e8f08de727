import { builtinModules } from 'node:module';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const SPECS = ['**/*.spec.ts', '**/*.integration-spec.ts', '**/*.e2e-spec.ts'];
const TESTS = [...SPECS, 'test/**/*.ts'];
/** Entry points: they talk to the terminal and end the process, which nothing below them may. */
const COMMANDS = ['src/*.ts'];

/**
 * SQL that reads the wall clock, in a string or a template. The look-behind lets through the one statement that
 * defines `cam_now()` itself: it reaches back no further than that statement's last semicolon.
 */
const SQL_WALL_CLOCK = String.raw`/(?<!\bFUNCTION\s+cam_now\s*\(\s*\)[^;]*)(\b(now|transaction_timestamp|statement_timestamp|timeofday)\s*\(\s*\)|\b(CURRENT_(TIMESTAMP|DATE|TIME)|LOCALTIME(STAMP)?)\b|'now'\s*::)/i`;
const SQL_CLOCK_MESSAGE =
  'SQL reads the time from cam_now(), which tests and the demo can move (clock_timestamp() for pacing only).';

const inAnyCode = [
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a union of string literals: an enum is a value of its own kind.',
  },
];

const inProduct = [
  ...inAnyCode,
  { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that a name is the same everywhere.' },
  {
    selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
    message: 'No barrels: import from the file that owns the name.',
  },
  {
    selector: 'CatchClause[param=null]',
    message: 'Bind the error and use it: hand it on, or judge which failure it was.',
  },
  { selector: `Literal[value=${SQL_WALL_CLOCK}]`, message: SQL_CLOCK_MESSAGE },
  { selector: `TemplateElement[value.raw=${SQL_WALL_CLOCK}]`, message: SQL_CLOCK_MESSAGE },
];

const readsClock = [
  {
    selector: [
      "MemberExpression[object.name='Date'][property.name='now']",
      "CallExpression[callee.name='Date']",
      "NewExpression[callee.name='Date'][arguments.length=0]",
    ].join(', '),
    message: 'Take the instant from the database (cam_now()) or from common/clock.ts.',
  },
];

const readsEnvironment = [
  {
    selector: [
      "MemberExpression[object.name='process'][property.name='env']",
      "MemberExpression[object.name='process'][property.value='env']",
      "MemberExpression[object.property.name='process'][property.name='env']",
      "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']",
    ].join(', '),
    message: 'Only src/config and src/data-source.ts read the environment: inject the typed config.',
  },
];

const actsAsCommand = [
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr)$/]",
    message: 'Write through the logger: a line without a level and an event name cannot be searched for.',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(exit|abort|exitCode)$/]",
    message: 'Throw: only an entry point may end the process.',
  },
];

const inSpecs = [
  {
    selector:
      'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
    message: 'A spec runs whole, on every machine.',
  },
  {
    selector: 'ImportSpecifier[imported.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
    message: 'A spec runs whole, on every machine.',
  },
  {
    selector: "MemberExpression[object.name='jest'][property.name=/^(mock|doMock|unstable_mockModule)$/]",
    message: 'Hand in a fake through the constructor: module mocks are inert for ES modules.',
  },
  {
    selector: [
      'CallExpression[callee.name=/^(it|test)$/] > Literal:first-child[value=/\\bshould\\b/i]',
      'CallExpression[callee.callee.object.name=/^(it|test)$/] > Literal:first-child[value=/\\bshould\\b/i]',
      'CallExpression[callee.tag.object.name=/^(it|test)$/] > Literal:first-child[value=/\\bshould\\b/i]',
    ].join(', '),
    message: 'State what it does: "keeps the key", not "should keep the key".',
  },
];

/** Modules that would open a way around another rule, and the spelling of Node's own. */
const restrictedPaths = [
  { name: 'node:process', message: 'Use the global: the rules on process.env look for it.' },
  ...builtinModules
    .filter((name) => !name.startsWith('node:') && !name.startsWith('_'))
    .map((name) => ({ name, message: `Write node:${name}.` })),
];

const nodeGlobals = ['module', 'require', ...Object.getOwnPropertyNames(globalThis)];

export default defineConfig(
  globalIgnores(['dist/', '.data/', 'coverage/']),
  {
    name: 'house/everywhere',
    // A rule that is wrong is changed here, with its reason, not switched off beside the code.
    linterOptions: { noInlineConfig: true },
    // The rules of `eslint:recommended` that neither the compiler nor typescript-eslint covers, and a few of taste.
    rules: {
      curly: ['error', 'multi-line'],
      // `== null` says "null or undefined" in one word.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'for-direction': 'error',
      'no-async-promise-executor': 'error',
      'no-case-declarations': 'error',
      'no-cond-assign': 'error',
      'no-constant-binary-expression': 'error',
      'no-control-regex': 'error',
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-case': 'error',
      'no-empty': 'error',
      'no-empty-character-class': 'error',
      'no-empty-pattern': 'error',
      'no-fallthrough': 'error',
      'no-irregular-whitespace': 'error',
      'no-loss-of-precision': 'error',
      'no-misleading-character-class': 'error',
      'no-param-reassign': 'error',
      'no-prototype-builtins': 'error',
      'no-regex-spaces': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-sparse-arrays': 'error',
      'no-unassigned-vars': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-useless-assignment': 'error',
      'no-useless-backreference': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
      'no-useless-rename': 'error',
      'no-var': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'preserve-caught-error': 'error',
      'require-yield': 'error',
      'use-isnan': 'error',
      'valid-typeof': 'error',
      'no-restricted-imports': ['error', { paths: restrictedPaths }],
    },
  },
  {
    name: 'house/typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...inAnyCode],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      // Files with decorators are left alone by this rule, because emitDecoratorMetadata is on: a type import of a
      // class in a Nest constructor leaves Nest nothing to inject. scripts/lint-rules.test.mjs holds it to that.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'typeLike', format: ['PascalCase'] },
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]|Interface$', match: false },
        },
      ],
      // Fastify's hooks say `return done()` for "answered, stop here".
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // A Nest module is an empty class that its decorator fills.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Code points are what the limits on text count.
      '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }] }],
      '@typescript-eslint/no-shadow': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Configuration and DTO classes are shapes with decorators: a literal that has the shape will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A parameter that only its place or its decorator needs starts with `_`, as for the compiler.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An empty string often means "not given", in the environment most of all.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // A port's method is asynchronous for the others' sake; dropping `async` would make its throws synchronous.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // With `try`, awaiting is what makes the `catch` and `finally` see the failure.
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      // A `default` that throws must not hide a case that nobody thought about.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {
          allowDefaultCaseForExhaustiveSwitch: true,
          considerDefaultExhaustiveForUnions: false,
          requireDefaultForNonUnion: true,
        },
      ],
    },
  },
  {
    name: 'house/product',
    files: ['src/**/*.ts', 'migrations/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...inProduct, ...readsClock, ...readsEnvironment, ...actsAsCommand],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...restrictedPaths,
            {
              name: 'typeorm',
              importNames: ['CreateDateColumn', 'DeleteDateColumn', 'UpdateDateColumn'],
              message:
                "TypeORM fills it with CURRENT_TIMESTAMP: use @Column({ type: 'timestamptz' }) and cam_now().",
            },
          ],
        },
      ],
    },
  },
  {
    name: 'house/commands',
    files: COMMANDS,
    rules: { 'no-restricted-syntax': ['error', ...inProduct, ...readsClock, ...readsEnvironment] },
  },
  {
    name: 'house/config',
    files: ['src/config/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...inProduct, ...readsClock, ...actsAsCommand] },
  },
  {
    name: 'house/data-source',
    files: ['src/data-source.ts'],
    rules: { 'no-restricted-syntax': ['error', ...inProduct, ...readsClock] },
  },
  {
    name: 'house/clock',
    files: ['src/common/clock.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...inProduct, ...readsEnvironment, ...actsAsCommand],
    },
  },
  {
    name: 'house/barrels',
    files: ['{src,test,migrations}/**/index.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'Program', message: 'No barrels: name the file by its subject.' },
      ],
    },
  },
  {
    name: 'house/tests',
    files: TESTS,
    rules: {
      // Asymmetric matchers (`expect.any(String)`) and bodies read back from JSON have the type any or unknown.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // A missing row fails the spec just as well, on the line that reads it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // `expect(fake.method)` names a method without calling it.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    name: 'house/specs-in-product',
    files: ['{src,migrations}/**/*{.spec,.integration-spec}.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...inProduct, ...readsClock, ...readsEnvironment, ...inSpecs],
    },
  },
  {
    name: 'house/specs-outside',
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...inAnyCode, ...inSpecs] },
  },
  {
    // The one place that skips: a suite for another server than the machine has, and its name says so.
    name: 'house/described-where',
    files: ['test/support/describe-where.ts'],
    rules: { 'no-restricted-syntax': ['error', ...inAnyCode] },
  },
  {
    name: 'house/scripts',
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])),
    },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error' },
  },
);
