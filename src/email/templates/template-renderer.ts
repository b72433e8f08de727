import { hasControlCharacters, hasControlCharactersInBody } from '../../common/text-safety.js';
import { TemplateEngine, type EngineResult, type ParseResult } from './template-engine.js';
import type { TemplateFault, TemplateFaultCode } from './template-fault.js';
import { deriveTextPart } from './text-part.js';

const FIELDS = ['subject', 'body', 'text'] as const;

export type TemplateField = (typeof FIELDS)[number];

/** A mail in Liquid, where `{first_name}` is short for `{{ first_name }}`. The body is HTML; the text is optional. */
export interface TemplateSource {
  readonly subject: string;
  readonly body: string;
  readonly text?: string | null;
}

/** Null, undefined and blank text count as missing. */
export type VariableValue = string | number | boolean | null | undefined;

export interface TemplateProblem extends TemplateFault {
  readonly field: TemplateField;
}

export type RenderResult =
  | {
      readonly kind: 'rendered';
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      /** True when the template has no text, or one that came out blank, and the text was made of the HTML. */
      readonly textGenerated: boolean;
    }
  /** Every missing name of all three fields, sorted, each once. */
  | { readonly kind: 'missing_variables'; readonly names: readonly string[] }
  | { readonly kind: 'invalid'; readonly problems: readonly TemplateProblem[] };

/** RFC 5322 allows a header line 998 bytes. */
const MAX_SUBJECT_BYTES = 998;

const MAX_BODY_BYTES = 512 * 1024;

/**
 * Renders a mail from its template: the HTML body with every value escaped, subject and text as they are. Pure; values
 * are never read as template, and no answer but a rendered one contains them.
 *
 * A missing variable is an error unless an `if`, `unless` or `case` asks about it or a `default` filter stands right
 * behind it; the arguments of a filter are not covered by it (`{{ a | default: b }}` wants `b`).
 */
export class TemplateRenderer {
  private readonly html = new TemplateEngine('escape');
  private readonly plain = new TemplateEngine();

  /** Problems of the source alone; a template without any may still fail with certain variables. */
  check(source: TemplateSource): TemplateProblem[] {
    return faultsByField(this.parse(source));
  }

  render(source: TemplateSource, variables: Readonly<Record<string, VariableValue>>): RenderResult {
    const parsed = this.parse(source);
    const { subject, body, text } = parsed;
    if (subject.kind === 'faulty' || body.kind === 'faulty' || text.kind === 'faulty') {
      return { kind: 'invalid', problems: faultsByField(parsed) };
    }
    const present = presentOnly(variables);
    return compose({
      subject: this.plain.render(subject.template, present),
      body: this.html.render(body.template, present),
      text: this.plain.render(text.template, present),
    });
  }

  private parse({ subject, body, text }: TemplateSource): Record<TemplateField, ParseResult> {
    return {
      subject: this.plain.parse(subject),
      body: this.html.parse(body),
      text: this.plain.parse(text ?? ''),
    };
  }
}

function compose({ subject, body, text }: Record<TemplateField, EngineResult>): RenderResult {
  if (subject.kind === 'rendered' && body.kind === 'rendered' && text.kind === 'rendered') {
    return checked(subject.output, body.output, text.output);
  }
  const problems = faultsByField({ subject, body, text });
  if (problems.length > 0) return { kind: 'invalid', problems };
  const names = [subject, body, text].flatMap((result) => (result.kind === 'missing' ? result.names : []));
  return { kind: 'missing_variables', names: [...new Set(names)].sort() };
}

function checked(subject: string, html: string, writtenText: string): RenderResult {
  const textGenerated = isBlank(writtenText);
  const problems = [
    ...subjectProblems(subject),
    ...(isBlank(html) ? [problem('body', 'empty', 'must not be blank')] : []),
    ...bodyProblems('body', html),
    ...(textGenerated ? [] : bodyProblems('text', writtenText)),
  ];
  if (problems.length > 0) return { kind: 'invalid', problems };
  if (!textGenerated) return { kind: 'rendered', subject, html, text: writtenText, textGenerated };

  const text = deriveTextPart(html);
  if (text === null) {
    const detail = 'must be given: the HTML has too many tags to derive it from';
    return { kind: 'invalid', problems: [problem('text', 'limit_exceeded', detail)] };
  }
  // Character references in the HTML (`&#1;`) have become characters by now.
  const derivedProblems = bodyProblems('body', text);
  if (derivedProblems.length > 0) return { kind: 'invalid', problems: derivedProblems };
  return { kind: 'rendered', subject, html, text, textGenerated };
}

function subjectProblems(subject: string): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  if (isBlank(subject)) problems.push(problem('subject', 'empty', 'must not be blank'));
  if (hasControlCharacters(subject)) {
    const detail = 'must be one line without control characters, a value in it included';
    problems.push(problem('subject', 'control_characters', detail));
  }
  if (Buffer.byteLength(subject) > MAX_SUBJECT_BYTES) {
    const detail = `must not render to more than ${MAX_SUBJECT_BYTES} bytes`;
    problems.push(problem('subject', 'too_long', detail));
  }
  return problems;
}

function bodyProblems(field: 'body' | 'text', content: string): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  if (hasControlCharactersInBody(content)) {
    const detail = 'must not hold control characters but tabs and line ends, a value in it included';
    problems.push(problem(field, 'control_characters', detail));
  }
  if (Buffer.byteLength(content) > MAX_BODY_BYTES) {
    const detail = `must not render to more than ${MAX_BODY_BYTES} bytes`;
    problems.push(problem(field, 'too_long', detail));
  }
  return problems;
}

function problem(field: TemplateField, code: TemplateFaultCode, detail: string): TemplateProblem {
  return { field, code, detail };
}

function faultsByField(
  results: Readonly<Record<TemplateField, ParseResult | EngineResult>>,
): TemplateProblem[] {
  return FIELDS.flatMap((field) => {
    const result = results[field];
    return result.kind === 'faulty' ? result.faults.map((fault) => ({ field, ...fault })) : [];
  });
}

/** Absent from the scope is what the engine reports as missing; null and blank text would print nothing. */
function presentOnly(variables: Readonly<Record<string, VariableValue>>): Record<string, VariableValue> {
  return Object.fromEntries(
    Object.entries(variables).filter(([, value]) =>
      typeof value === 'string' ? !isBlank(value) : value !== null && value !== undefined,
    ),
  );
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
