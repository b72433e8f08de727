/** What a parser makes of a text. `problem` goes on from the value ("… is not an integer") and never repeats it. */
export type Parsed<Value> =
  { readonly kind: 'valid'; readonly value: Value } | { readonly kind: 'invalid'; readonly problem: string };

/** Turns the text of one variable, trimmed and not empty, into its value. Never throws. */
export interface Parser<Value> {
  /** Ends the sentence "allowed: …". */
  readonly allowed: string;
  readonly parse: (text: string) => Parsed<Value>;
}

export function valid<Value>(value: Value): Parsed<Value> {
  return { kind: 'valid', value };
}

export function invalid(problem: string): Parsed<never> {
  return { kind: 'invalid', problem };
}

/** Decimal digits alone: no sign but a leading minus, no exponent, no leading zeros. */
export function integer({ min, max }: { min: number; max: number }): Parser<number> {
  return {
    allowed: `an integer from ${min} to ${max}`,
    parse: (text) => {
      if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return invalid('is not an integer');

      const value = Number(text);
      return value < min || value > max ? invalid('is out of range') : valid(value);
    },
  };
}

/** An integer or decimal fraction (`0.5`) above zero; no sign, no exponent. */
export function positiveNumber({ max }: { max: number }): Parser<number> {
  return {
    allowed: `a number greater than 0, at most ${max}`,
    parse: (text) => {
      if (!/^\d+(?:\.\d+)?$/.test(text)) return invalid('is not a decimal number');

      const value = Number(text);
      return value <= 0 || value > max ? invalid('is out of range') : valid(value);
    },
  };
}

/** A share: `0`, `1` or a decimal fraction between (`0.05`); no sign, no exponent, no per cent. */
export const fraction: Parser<number> = {
  allowed: 'a number from 0 to 1',
  parse: (text) => {
    if (!/^\d+(?:\.\d+)?$/.test(text)) return invalid('is not a decimal number');

    const value = Number(text);
    return value > 1 ? invalid('is out of range') : valid(value);
  },
};

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

export const boolean: Parser<boolean> = {
  allowed: 'true, false, 1 or 0',
  parse: (text) => {
    const value = BOOLEANS.get(text);
    return value === undefined ? invalid('is not a boolean') : valid(value);
  },
};

/** A key that travels in an HTTP header, where blanks and line ends would change the request. */
export const secretText: Parser<string> = {
  allowed: 'printable ASCII characters without blanks',
  parse: (text) =>
    /^[\x21-\x7e]+$/.test(text) ? valid(text) : invalid('holds a blank, a control or a non-ASCII character'),
};
