import {
  Context,
  Parser,
  toValueSync,
  TypeGuards,
  UndefinedVariableError,
  type Emitter,
  type Liquid,
  type Template,
} from 'liquidjs';
import { nestingDepth } from './nesting-depth.js';
import { ParseCache } from './parse-cache.js';
import { tokenize } from './placeholder-syntax.js';
import { createRestrictedLiquid, printed } from './restricted-liquid.js';
import { parseFault, renderFault, type TemplateFault } from './template-fault.js';

/** UTF-16 units of one field's source; more than twice the 102 kB at which Gmail clips a mail. */
const MAX_SOURCE_LENGTH = 256 * 1024;

/** Tags, outputs, placeholders and the texts between them: the parser's time grows with the square of their number. */
const MAX_TOKENS = 20_000;

/** Blocks in blocks, and brackets in brackets: see {@link nestingDepth}. */
const MAX_DEPTH = 50;

/** UTF-16 units of one rendered field: past it no output is kept, so a runaway loop costs time, not memory. */
const MAX_OUTPUT_LENGTH = 512 * 1024;

/** Faults reported for one field: each costs LiquidJS a walk over the source, and nobody reads the hundredth. */
const MAX_FAULTS = 20;

/** Parsed templates that are kept, in characters: a thousand usual ones, or two of the largest. */
const MAX_CACHE_WEIGHT = 4_000_000;

/** Characters that the objects of one token take as much memory as. */
const TOKEN_WEIGHT = 100;

export type ParseResult =
  | { readonly kind: 'parsed'; readonly template: readonly Template[] }
  | { readonly kind: 'faulty'; readonly faults: readonly TemplateFault[] };

export type EngineResult =
  | { readonly kind: 'rendered'; readonly output: string }
  /** Names as the template writes them (`user.name`), in the order of use, repeats included. */
  | { readonly kind: 'missing'; readonly names: readonly string[] }
  | { readonly kind: 'faulty'; readonly faults: readonly TemplateFault[] };

/** Parses and renders one field at a time, and says what went wrong without quoting a value. */
export class TemplateEngine {
  private readonly liquid: Liquid;
  private readonly parsed = new ParseCache<ParseResult>(MAX_CACHE_WEIGHT);

  /** @param outputEscape `escape` when the output is HTML */
  constructor(outputEscape?: 'escape') {
    this.liquid = createRestrictedLiquid(outputEscape);
  }

  parse(source: string): ParseResult {
    if (source.length > MAX_SOURCE_LENGTH) return tooMuch(`${MAX_SOURCE_LENGTH} characters`);
    const known = this.parsed.get(source);
    if (known !== undefined) return known;

    const template: Template[] = [];
    const faults: TemplateFault[] = [];
    try {
      const tokens = tokenize(source, this.liquid.options);
      if (tokens.length > MAX_TOKENS) return tooMuch(`${MAX_TOKENS} tags and texts between them`);
      if (nestingDepth(tokens) > MAX_DEPTH) return tooMuch(`${MAX_DEPTH} levels of nesting`);
      const weight = source.length + TOKEN_WEIGHT * tokens.length;
      const parser = new Parser(this.liquid);
      for (let token = tokens.shift(); token && faults.length < MAX_FAULTS; token = tokens.shift()) {
        try {
          template.push(parser.parseToken(token, tokens));
        } catch (error) {
          faults.push(parseFault(error));
        }
      }
      if (faults.length === 0) return this.remember(source, template, weight);
    } catch (error) {
      faults.push(parseFault(error));
    }
    return { kind: 'faulty', faults };
  }

  private remember(source: string, template: readonly Template[], weight: number): ParseResult {
    const result = { kind: 'parsed', template } as const;
    this.parsed.set(source, result, weight);
    return result;
  }

  /** @param variables own properties are the variables */
  render(template: readonly Template[], variables: Readonly<Record<string, unknown>>): EngineResult {
    const output = new BoundedOutput();
    const { options, renderer } = this.liquid;
    const context = new DeadlineContext(variables, options, { sync: true }, { liquid: this.liquid });
    try {
      toValueSync(renderer.renderTemplates([...template], context, output));
    } catch (error) {
      return failure(error);
    }
    if (!output.overflowed) return { kind: 'rendered', output: output.buffer };
    const detail = `must not render to more than ${MAX_OUTPUT_LENGTH} characters`;
    return { kind: 'faulty', faults: [{ code: 'too_long', detail }] };
  }
}

function tooMuch(limit: string): ParseResult {
  return { kind: 'faulty', faults: [{ code: 'limit_exceeded', detail: `must not have more than ${limit}` }] };
}

/** LiquidJS looks at the clock between two tags only; a single condition can compare lists for minutes. */
class DeadlineContext extends Context {
  override readProperty(...args: Parameters<Context['readProperty']>): unknown {
    this.renderLimit.check(performance.now());
    return super.readProperty(...args);
  }
}

class BoundedOutput implements Emitter {
  buffer = '';
  overflowed = false;

  write(value: unknown): void {
    const text = printed(value);
    if (this.buffer.length + text.length > MAX_OUTPUT_LENGTH) this.overflowed = true;
    else this.buffer += text;
  }
}

function failure(error: unknown): EngineResult {
  const names: string[] = [];
  const faults: TemplateFault[] = [];
  for (const single of singleErrors(error)) {
    const name = missingName(single);
    if (name !== undefined) names.push(name);
    else if (faults.length < MAX_FAULTS) faults.push(renderFault(single));
  }
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'missing', names };
}

/** With `catchAllErrors` every block throws one error that holds those of its tags. */
function* singleErrors(error: unknown): Generator {
  if (error instanceof Error && 'errors' in error && Array.isArray(error.errors)) {
    for (const inner of error.errors) yield* singleErrors(inner);
  } else {
    yield error;
  }
}

function missingName(error: unknown): string | undefined {
  if (!(error instanceof UndefinedVariableError)) return undefined;
  // The deadline, too, comes to light while a variable is read.
  if (error.originalError?.name !== 'InternalUndefinedVariableError') return undefined;
  const { token } = error;
  const steps = TypeGuards.isPropertyAccessToken(token) && !token.variable ? token.props : [];
  const names = steps.map((step) => ('content' in step ? String(step.content) : undefined));
  return names.length === 0 || names.includes(undefined) ? token.getText() : names.join('.');
}
