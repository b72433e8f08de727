import { hasControlCharacters, hasControlCharactersInBody } from '../common/text-safety.js';
import { isText, ruleFor, type Rule } from './field-rules.js';

/** A text of one line must not grow a header field or fake another subject; a long text may have lines. */
export function printable(multiline: boolean): Rule {
  return ruleFor(isText, 'invalid_text', (text) => {
    if (multiline) {
      return hasControlCharactersInBody(text)
        ? 'Must not hold control characters other than tabs and line ends.'
        : undefined;
    }
    return hasControlCharacters(text) ? 'Must be one line without control characters.' : undefined;
  });
}

/** Lengths are in characters (code points), as PostgreSQL counts. Blank text is as short as none. */
export function atLeast(min: number): Rule {
  return ruleFor(isText, 'too_short', (text) => {
    const count = min === 1 ? 'character' : 'characters';
    return min > 0 && (text.trim() === '' || lengthOf(text, min) < min)
      ? `Must have at least ${min} ${count} and not be blank.`
      : undefined;
  });
}

export function atMost(max: number): Rule {
  return ruleFor(isText, 'too_long', (text) =>
    lengthOf(text, max) > max ? `Must have at most ${max} characters.` : undefined,
  );
}

export function matching(pattern: RegExp): Rule {
  return ruleFor(isText, 'wrong_format', (text) =>
    pattern.test(text) ? undefined : `Must match ${pattern.source}.`,
  );
}

/** Code points, counted only where the cheap upper bound does not settle a comparison with `limit`. */
function lengthOf(text: string, limit: number): number {
  return text.length < limit ? text.length : [...text].length;
}
