import { AssertionError, LiquidError } from 'liquidjs';

/** What is wrong with a template; stable, part of the API's problem details. */
export type TemplateFaultCode =
  /** Not valid Liquid: an unclosed or mis-nested tag, a malformed expression. */
  | 'syntax_error'
  | 'unknown_filter'
  | 'unknown_tag'
  /** Valid, but it failed with these variables, e.g. `| date: "%d", "No/Zone"`. */
  | 'render_failed'
  /** Too large, too deep, or too costly to render. */
  | 'limit_exceeded'
  | 'too_long'
  | 'empty'
  | 'control_characters';

/** One fault of one field, and a sentence about it that quotes the template at most, never a variable's value. */
export interface TemplateFault {
  readonly code: TemplateFaultCode;
  readonly detail: string;
}

const MAX_REASON_LENGTH = 200;

/** LiquidJS tells its faults apart by message only; the anchors keep text quoted from the template out. */
const PARSE_FAULTS: readonly (readonly [RegExp, TemplateFaultCode])[] = [
  [/^undefined filter: /, 'unknown_filter'],
  // The end or the middle of a block that was never opened: the tag is known, its place is wrong.
  [/^tag "(end\w+|else|elsif|when)" not found/, 'syntax_error'],
  [/^tag ".*" not found/s, 'unknown_tag'],
];

const RENDER_LIMITS = [
  'memory alloc limit exceeded',
  'template render limit exceeded',
  'Invalid string length',
];

/**
 * The fault that made parsing fail. No variable is known yet, so LiquidJS's own message is safe to show.
 *
 * @throws the error itself when it is not LiquidJS's: a bug of ours
 */
export function parseFault(error: unknown): TemplateFault {
  const { message } = faultCause(error);
  const reason = error instanceof LiquidError ? message.replace(/, line:\d+, col:\d+$/, '') : message;
  const code = PARSE_FAULTS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'syntax_error';
  return { code, detail: abridged(reason) + place(error) };
}

/**
 * The fault that made rendering fail, named by its kind and place alone: a filter's own message may quote a value.
 *
 * @throws the error itself when it is neither LiquidJS's nor the engine's limits: a bug of ours
 */
export function renderFault(error: unknown): TemplateFault {
  const { message } = faultCause(error);
  return RENDER_LIMITS.includes(message)
    ? { code: 'limit_exceeded', detail: `takes too much time or memory to render${place(error)}` }
    : { code: 'render_failed', detail: `cannot be rendered with these variables${place(error)}` };
}

/** LiquidJS wraps what a tag or filter threw, except when the deadline passes between two tags. */
function faultCause(error: unknown): Error {
  if (error instanceof LiquidError) return error.originalError ?? error;
  if (error instanceof AssertionError || error instanceof RangeError) return error;
  throw error;
}

function abridged(reason: string): string {
  return reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH)}…`.toWellFormed() : reason;
}

function place(error: unknown): string {
  if (!(error instanceof LiquidError)) return '';
  const [line, column] = error.token.getPosition();
  return ` (line ${line}, column ${column})`;
}
