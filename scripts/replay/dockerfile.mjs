/** Reads the part of the Dockerfile language that ours uses; whatever else appears is an error, not a guess. */

/**
 * @typedef {{ keyword: string, value: string, line: number }} Instruction
 * @typedef {{ name: string, from: string, instructions: Instruction[] }} Stage
 */

const KNOWN = new Set(['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD']);

/**
 * @param {string} text
 * @returns {Stage[]} in file order
 */
export function parseDockerfile(text) {
  /** @type {Stage[]} */
  const stages = [];
  for (const { keyword, value, line } of readInstructions(text)) {
    if (keyword === 'FROM') {
      const match = /^(\S+) AS (\S+)$/.exec(value);
      if (!match) throw new Error(`Dockerfile:${line}: expected "FROM <image or stage> AS <name>".`);
      stages.push({ from: match[1], name: match[2], instructions: [] });
      continue;
    }
    if (!KNOWN.has(keyword)) throw new Error(`Dockerfile:${line}: ${keyword} is unknown to the replay.`);
    const stage = stages.at(-1);
    if (!stage) throw new Error(`Dockerfile:${line}: ${keyword} before the first FROM.`);
    stage.instructions.push({ keyword, value, line });
  }
  return stages;
}

/** Joins continued lines and drops comments and blank lines. */
function readInstructions(text) {
  /** @type {Instruction[]} */
  const instructions = [];
  let pending = '';
  let startedAt = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (pending === '') startedAt = index + 1;
    if (line.endsWith('\\')) {
      pending += `${line.slice(0, -1).trim()} `;
      continue;
    }
    const [keyword, ...rest] = `${pending}${line}`.split(' ');
    instructions.push({ keyword, value: rest.join(' ').trim(), line: startedAt });
    pending = '';
  }
  if (pending !== '') throw new Error(`Dockerfile:${startedAt}: the last line is continued into nothing.`);
  return instructions;
}

/** `ENV A=1 B=two`, without quotes: ours needs none. */
export function parseEnv(value) {
  return Object.fromEntries(
    value.split(/\s+/).map((pair) => {
      const match = /^(\w+)=([^"'\s$\\]*)$/.exec(pair);
      if (!match) throw new Error(`ENV ${pair}: only plain NAME=value is known to the replay.`);
      return [match[1], match[2]];
    }),
  );
}

/** `COPY [--from=<stage>] <source>... <target>` */
export function parseCopy(value) {
  const words = value.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const from = flags[0]?.match(/^--from=(\S+)$/)?.[1];
  if (flags.length > 1 || (flags.length === 1 && from === undefined) || paths.length < 2) {
    throw new Error(`COPY ${value}: only --from=<stage>, sources and a target are known to the replay.`);
  }
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) };
}

/** The exec form of CMD and HEALTHCHECK: a shell as PID 1 would keep SIGTERM to itself. */
export function parseExecForm(value) {
  const json = /^(?:.*\bCMD )?(\[.*\])$/.exec(value)?.[1];
  if (json === undefined) throw new Error(`CMD ${value}: write it in exec form, as a JSON array.`);
  return JSON.parse(json);
}

/** Entries that a .dockerignore of the form "everything but" lets through. */
export function readAllowList(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (lines[0] !== '*' || lines.slice(1).some((line) => !line.startsWith('!'))) {
    throw new Error('.dockerignore: expected "*" and then only "!name" lines.');
  }
  return lines.slice(1).map((line) => line.slice(1));
}
