import { filters, Liquid, toValue } from 'liquidjs';
import { StrictAssignTag } from './strict-assign-tag.js';

/** Milliseconds for one field, a thousand times what a mail needs, for a machine that stalls must not fail mail. */
const RENDER_LIMIT_MS = 1_000;

/** List items and characters that filters, ranges and escaping may produce for one field. */
const MEMORY_LIMIT = 1_000_000;

/**
 * What a template may use; whatever else LiquidJS has or gets is unknown here. Left out on purpose: all that reads
 * files (`include`, `layout`, `render`), what goes around escaping (`raw`) or escapes twice (`capture`), what makes
 * one call differ from the next (`sample`), and list filters whose results grow faster than LiquidJS counts.
 */
const TAGS = new Set('# assign break case comment continue cycle echo for if raw unless'.split(' '));
const FILTERS = new Set(
  (
    'abs append at_least at_most capitalize ceil compact date default divided_by downcase escape escape_once first ' +
    'floor join last lstrip minus modulo plus prepend remove remove_first remove_last replace replace_first ' +
    'replace_last reverse round rstrip size slice sort split squish strip strip_html strip_newlines times truncate ' +
    'truncatewords uniq upcase url_encode'
  ).split(' '),
);

/**
 * LiquidJS with its doors shut: no file system, no prototype, a strict and bounded subset of the language.
 *
 * @param outputEscape `escape` when the output is HTML
 */
export function createRestrictedLiquid(outputEscape?: 'escape'): Liquid {
  const liquid = new Liquid({
    ...(outputEscape && { outputEscape }),
    // A second lock behind the list of tags: without it a tag that names a file reads it from the working directory.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    catchAllErrors: true,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    // A mail must not depend on the machine that renders it.
    timezoneOffset: 0,
    locale: 'en-US',
  });
  for (const name of Object.keys(liquid.tags)) {
    if (!TAGS.has(name)) Reflect.deleteProperty(liquid.tags, name);
  }
  for (const name of Object.keys(liquid.filters)) {
    if (!FILTERS.has(name)) liquid.unregisterFilter(name);
  }
  liquid.registerTag('assign', StrictAssignTag);
  liquid.registerFilter('url_encode', function (value: unknown) {
    const encoded = encodeURIComponent(printed(value)).replaceAll('%20', '+');
    // LiquidJS does not count this one, and a chain of it grows without bound.
    this.context.memoryLimit.use(encoded.length);
    return encoded;
  });
  if (outputEscape) trustOwnEscaping(liquid);
  return liquid;
}

/** A template's last word `| escape` is not escaped again: "AT&T" must not reach the reader as "AT&amp;T". */
function trustOwnEscaping(liquid: Liquid): void {
  for (const name of ['escape', 'escape_once']) {
    const handler = filters[name];
    if (typeof handler === 'function') liquid.registerFilter(name, { handler, raw: true });
  }
}

/** A value as Liquid prints it: nothing for nil, the items of a list run together. */
export function printed(value: unknown): string {
  const plain: unknown = toValue(value);
  if (Array.isArray(plain)) return plain.map(printed).join('');
  if (typeof plain === 'string') return plain;
  return typeof plain === 'number' || typeof plain === 'boolean' ? String(plain) : '';
}
