import { ValidateBy, type ValidationArguments } from 'class-validator';

/** One thing that is asked of a value. */
export interface Rule {
  /** Stable, in snake_case: reaches the caller as `errors[].code`. */
  readonly code: string;
  /** A sentence for a person when the rule is broken, never with the value in it; undefined when it is kept. */
  readonly faultOf: (value: unknown) => string | undefined;
}

export const required: Rule = {
  code: 'required',
  faultOf: (value) => (isMissing(value) ? 'A value is required.' : undefined),
};

/** Breaks as `wrong_type`. A missing value is left to {@link required}. */
export function mustBe(isType: (value: unknown) => boolean, detail: string): Rule {
  return { code: 'wrong_type', faultOf: (value) => (isMissing(value) || isType(value) ? undefined : detail) };
}

/** A rule for values of one type; values of another break {@link mustBe} and need no second complaint. */
export function ruleFor<Type>(
  isType: (value: unknown) => value is Type,
  code: string,
  faultOf: (value: Type) => string | undefined,
): Rule {
  return { code, faultOf: (value) => (isType(value) ? faultOf(value) : undefined) };
}

export function toDecorator({ code, faultOf }: Rule): PropertyDecorator {
  return ValidateBy({
    name: code,
    validator: {
      validate: (value: unknown) => faultOf(value) === undefined,
      defaultMessage: (given?: ValidationArguments) => faultOf(given?.value) ?? '',
    },
  });
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
