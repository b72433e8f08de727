/** The object that an event is, safe to store as it stands. */
export type Payload = Readonly<Record<string, unknown>>;

/** Bodies of mails and of their parts: they belong to the inbox, if anywhere. */
const BODIES: ReadonlySet<string> = new Set(['html', 'text', 'body', 'raw', 'content', 'headers']);

/** Names that would change the object instead of standing in it. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Deeper than any event; what lies deeper is left out. */
const MOST_DEPTH = 10;

/** Items of one list or object that are kept. */
const MOST_MEMBERS = 200;

const TEXT_LENGTH = 2_000;

/** Reads the JSON object of an event, bounded and cleaned. Null: it is none. */
export function readPayload(body: Uint8Array): Payload | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return isObject(value) ? cleanObject(value, 0) : null;
}

/** Null unless it is a text that says something. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MOST_DEPTH) return null;
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS).map((item) => clean(item, depth + 1));
  return cleanObject(value as Payload, depth);
}

function cleanObject(value: Payload, depth: number): Payload {
  const members = Object.entries(value)
    .filter(([name]) => !BODIES.has(name) && !RESERVED.has(name))
    .slice(0, MOST_MEMBERS);
  return Object.fromEntries(members.map(([name, member]) => [cleanText(name), clean(member, depth + 1)]));
}

/** PostgreSQL's JSON takes neither NUL nor half of a surrogate pair. */
function cleanText(text: string): string {
  return text.slice(0, TEXT_LENGTH).replaceAll('\0', '\ufffd').toWellFormed();
}

function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
