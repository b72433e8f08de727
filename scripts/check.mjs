/**
 * Every gate, in order: `npm run check` and `.ci/run` both run this list. A red gate does not stop the next ones, so
 * that one run names every fault. The last line, `N passed, N failed, N skipped`, counts the tests and is for machines.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = await mkdtemp(join(tmpdir(), 'cam-check-'));
const testReport = join(scratch, 'tests.json');

const ruleTests = ['scripts/layers.test.mjs', 'scripts/lint-rules.test.mjs'];

const gates = [
  { name: 'format', command: ['npm', 'run', '--silent', 'format:check'] },
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'layers', command: ['npm', 'run', '--silent', 'arch'] },
  { name: 'the rules themselves', command: ['node', '--test', '--test-reporter=spec', ...ruleTests] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'tests', command: ['npm', 'test', '--silent', '--', '--json', `--outputFile=${testReport}`] },
  { name: 'chaos, the short run', command: ['npm', 'run', '--silent', 'chaos', '--', '--quick'] },
  { name: 'the real loop, its short run', command: ['npm', 'run', '--silent', 'loop', '--', '--quick'] },
  {
    name: 'the flood of events, its short run',
    command: ['npm', 'run', '--silent', 'flood', '--', '--quick'],
  },
  { name: 'the demo, which checks itself', command: ['npm', 'run', '--silent', 'demo'] },
  { name: 'openapi drift', command: ['npm', 'run', '--silent', 'openapi:check'] },
  { name: 'migration drift', command: ['npm', 'run', '--silent', 'migration:check'] },
  { name: 'image, replayed', command: ['node', 'scripts/replay-dockerfile.mjs'] },
];

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

/** @returns {Promise<boolean>} whether the command ended with 0 */
function run([file, ...args]) {
  return new Promise((resolve, reject) => {
    running = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    running.once('error', reject);
    running.once('close', (code) => resolve(code === 0));
  });
}

/** Counts from Jest's report; a suite that could not even load counts as one failure. */
async function countTests() {
  const report = JSON.parse(await readFile(testReport, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const results = [];
try {
  for (const { name, command } of gates) {
    if (interrupted) break;
    console.log(`\n== ${name}`);
    const startedAtMs = performance.now();
    const passed = await run(command);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    results.push({ name, passed, seconds });
    console.log(`== ${name}: ${passed ? 'ok' : 'FAILED'} in ${seconds} s`);
  }

  console.log('\n== summary');
  for (const { name, passed, seconds } of results) {
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${seconds.padStart(7)} s  ${name}`);
  }
  const green = results.length === gates.length && results.every((result) => result.passed);
  process.exitCode = green ? 0 : 1;

  const tests = await countTests().catch((error) => {
    console.log(`The tests left no report (${error.code ?? error.message}).`);
    process.exitCode = 1;
    return { passed: 0, failed: 1, skipped: 0 };
  });
  console.log(`${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
