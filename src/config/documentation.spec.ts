import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { variablesOf } from './environment-variable.js';
import { CONFIG_CLASSES } from './load-config.js';

const repository = new URL('../../', import.meta.url);

describe('.env.example', () => {
  it('lists every variable with its sentence and its default, grouped by config class', async () => {
    const groups = CONFIG_CLASSES.map((Feature) =>
      [
        `## ${Feature.name.replace(/Config$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ')}`,
        ...variablesOf(Feature).map(({ name, doc, default: text }) => `# ${doc}\n#${name}=${text ?? ''}`),
      ].join('\n'),
    );

    const [, ...listed] = (await readFile(new URL('.env.example', repository), 'utf8')).split('\n\n');

    expect(listed.map((group) => group.trim())).toEqual(groups);
  });
});

describe('README.md', () => {
  it('has one row for each variable under "Configuration", with its default', async () => {
    const readme = await readFile(new URL('README.md', repository), 'utf8');

    const section = readme.split(/^## /m).find((text) => text.startsWith('Configuration\n')) ?? '';
    const rows = section.matchAll(/^\| *`([A-Z\d_]+)` *\| *(.*?) *\| *[^ |].*\|$/gm);

    expect([...rows].map(([, name, text]) => ({ name, default: text?.replaceAll('`', '') }))).toEqual(
      CONFIG_CLASSES.flatMap((Feature) =>
        variablesOf(Feature).map(({ name, default: text }) => ({ name, default: text || 'empty' })),
      ),
    );
  });
});
