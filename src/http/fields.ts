import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type as TransformInto } from 'class-transformer';
import { ValidateIf, ValidateNested } from 'class-validator';
import { normalizeEmailAddress } from '../common/email-address.js';
import {
  isList,
  isNumber,
  isObject,
  isText,
  mustBe,
  required,
  ruleFor,
  toDecorator,
  type Rule,
} from './field-rules.js';
import { parseInstant } from './instant.js';
import { isReservedName } from './json-body.js';
import { atLeast, atMost, matching, printable } from './text-rules.js';
import { canonicalTimeZone } from './time-zone.js';

/** Largest value of PostgreSQL's `integer`, the type of our ids. */
export const MAX_INTEGER = 2_147_483_647;

interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** The property may be left out. */
  readonly optional?: boolean;
  /** The property may be null, which is then what the handler gets. */
  readonly nullable?: boolean;
}

interface RangeOptions extends FieldOptions {
  readonly min: number;
  readonly max: number;
}

/** Text as it comes: neither trimmed nor changed. `min` is 1 unless told, and then blank text is refused. */
export function TextField(
  options: FieldOptions & {
    readonly min?: number;
    readonly max: number;
    readonly pattern?: RegExp;
    readonly multiline?: boolean;
  },
): PropertyDecorator {
  const { min = 1, max, pattern, multiline = false } = options;
  return field(
    options,
    { type: 'string', minLength: min, maxLength: max, ...(pattern && { pattern: pattern.source }) },
    [isString, atLeast(min), atMost(max), printable(multiline), ...(pattern ? [matching(pattern)] : [])],
  );
}

/** A whole JSON number: `1` and `1.0`, never `"1"`. */
export function IntegerField(options: RangeOptions): PropertyDecorator {
  const { min, max } = options;
  return field(options, { type: 'integer', minimum: min, maximum: max }, [
    mustBe(Number.isInteger, 'Must be a whole number.'),
    inRange(min, max),
  ]);
}

/** A positive whole number in a query or path: plain digits only, where `Number()` would also read `1e2` and `0x10`. */
export function QueryIntegerField(options: FieldOptions & { readonly max?: number }): PropertyDecorator {
  const { max = MAX_INTEGER } = options;
  return field(
    options,
    { type: 'integer', minimum: 1, maximum: max },
    [mustBe(Number.isInteger, 'Must be a whole number in plain digits.'), inRange(1, max)],
    Transform(({ value }: { value: unknown }) =>
      isText(value) && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : value,
    ),
  );
}

/** One bare address, handed on in the form that {@link normalizeEmailAddress} gives it. */
export function EmailField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: 'string', format: 'email', maxLength: 254 },
    [
      isString,
      ruleFor(isText, 'invalid_email', (text) => {
        const email = normalizeEmailAddress(text);
        return email.kind === 'valid' ? undefined : email.detail;
      }),
    ],
    Transform(({ value }: { value: unknown }) => {
      const email = isText(value) ? normalizeEmailAddress(value) : undefined;
      return email?.kind === 'valid' ? email.address : value;
    }),
  );
}

/** A full domain name, handed on in lower case and punycode, as {@link EmailField} has domains. */
export function DomainField(options: FieldOptions): PropertyDecorator {
  const parse = (text: string): string | undefined => {
    const email = normalizeEmailAddress(`x@${text}`);
    return email.kind === 'valid' ? email.address.slice(2) : undefined;
  };
  return field(
    options,
    { type: 'string', maxLength: 252 },
    [
      isString,
      ruleFor(isText, 'invalid_domain', (text) =>
        parse(text) === undefined ? 'Must be a full domain name such as engines.example.' : undefined,
      ),
    ],
    Transform(({ value }: { value: unknown }) => (isText(value) ? (parse(value) ?? value) : value)),
  );
}

/** An absolute link that is safe to put into a mail. */
export function UrlField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'string', format: 'uri', maxLength: 2_000 }, [
    isString,
    atMost(2_000),
    ruleFor(isText, 'invalid_url', (text) =>
      // `URL` drops line ends and forgives missing slashes; mail programs do not.
      /^(?:https?:\/\/|mailto:)[^\s\p{Cc}\p{Cf}]+$/iu.test(text) && URL.canParse(text)
        ? undefined
        : 'Must be an absolute https, http or mailto link.',
    ),
  ]);
}

/** A zone of the IANA database, handed on under its canonical name. */
export function TimeZoneField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: 'string', maxLength: 64 },
    [
      isString,
      ruleFor(isText, 'invalid_time_zone', (text) =>
        canonicalTimeZone(text) === undefined
          ? 'Must be an IANA time zone name such as Europe/Berlin.'
          : undefined,
      ),
    ],
    Transform(({ value }: { value: unknown }) =>
      isText(value) ? (canonicalTimeZone(value) ?? value) : value,
    ),
  );
}

export function EnumField(values: readonly string[], options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'string', enum: [...values] }, [
    isString,
    ruleFor(isText, 'not_allowed', (text) =>
      values.includes(text) ? undefined : `Must be one of ${values.join(', ')}.`,
    ),
  ]);
}

/** JSON `true` or `false`. */
export function BooleanField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: 'boolean' }, [
    mustBe((value) => typeof value === 'boolean', 'Must be true or false.'),
  ]);
}

/** RFC 3339 with an offset and a date of the calendar; the handler gets a `Date`. */
export function InstantField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: 'string', format: 'date-time' },
    [
      mustBe((value) => isText(value) || value instanceof Date, 'Must be a text.'),
      ruleFor(
        isText,
        'invalid_instant',
        () => 'Must be a time such as 2026-03-01T09:00:00Z, with an offset.',
      ),
    ],
    Transform(({ value }: { value: unknown }) => (isText(value) ? (parseInstant(value) ?? value) : value)),
  );
}

const SCALAR_MAP_MAX_NAMES = 200;
const SCALAR_MAP_MAX_TEXT = 10_000;

/** Free data under names that a template can use: texts, numbers, booleans and null, nothing nested. */
export function ScalarMapField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    {
      type: 'object',
      additionalProperties: {
        oneOf: [
          { type: 'string', maxLength: SCALAR_MAP_MAX_TEXT, nullable: true },
          { type: 'number' },
          { type: 'boolean' },
        ],
      },
    },
    [
      mustBe(isObject, 'Must be an object.'),
      ruleFor(isObject, 'too_many', (map) =>
        Object.keys(map).length > SCALAR_MAP_MAX_NAMES
          ? `Must have at most ${SCALAR_MAP_MAX_NAMES} names.`
          : undefined,
      ),
      ruleFor(isObject, 'invalid_name', (map) =>
        Object.keys(map).every((name) => /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) && !isReservedName(name))
          ? undefined
          : 'Names must be up to 64 letters, digits and underscores, not start with a digit, and not be reserved.',
      ),
      ruleFor(isObject, 'invalid_value', (map) =>
        Object.values(map).every(isScalar)
          ? undefined
          : `Values must be texts of at most ${SCALAR_MAP_MAX_TEXT} characters, numbers, booleans or null.`,
      ),
    ],
    // class-transformer's own copy leaves out names that functions of the prototype have.
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]),
  );
}

/** A list of at least one and at most `most` different whole numbers from `min` to `max`. */
export function IntegerListField(options: RangeOptions & { readonly most: number }): PropertyDecorator {
  const { min, max, most } = options;
  return field(
    options,
    {
      type: 'array',
      items: { type: 'integer', minimum: min, maximum: max },
      minItems: 1,
      maxItems: most,
      uniqueItems: true,
    },
    [
      mustBe((value) => isList(value) && value.every(Number.isInteger), 'Must be a list of whole numbers.'),
      ruleFor(isList, 'too_few', (list) => (list.length === 0 ? 'Must have at least 1 item.' : undefined)),
      ruleFor(isList, 'too_many', (list) =>
        list.length > most ? `Must have at most ${most} items.` : undefined,
      ),
      ruleFor(isList, 'out_of_range', (list) =>
        list.every((item) => isNumber(item) && item >= min && item <= max)
          ? undefined
          : `Every item must be from ${min} to ${max}.`,
      ),
      ruleFor(isList, 'repeated', (list) =>
        new Set(list).size === list.length ? undefined : 'No item may stand there twice.',
      ),
    ],
  );
}

/** An object with a class of its own. */
export function ObjectField(dto: () => Type, options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: lazily(dto) },
    [mustBe(isObject, 'Must be an object.')],
    TransformInto(dto),
    ValidateNested(),
  );
}

/** A list of objects of one class. */
export function ArrayField(dto: () => Type, options: RangeOptions): PropertyDecorator {
  const { min, max } = options;
  return field(
    options,
    { type: lazily(dto), isArray: true, minItems: min, maxItems: max },
    [
      mustBe((value) => isList(value) && value.every(isObject), 'Must be a list of objects.'),
      ruleFor(isList, 'too_few', (list) =>
        list.length < min ? `Must have at least ${min} ${min === 1 ? 'item' : 'items'}.` : undefined,
      ),
      ruleFor(isList, 'too_many', (list) =>
        list.length > max ? `Must have at most ${max} items.` : undefined,
      ),
    ],
    TransformInto(dto),
    ValidateNested({ each: true }),
  );
}

/** Swagger tells a class from a function that gives one by the name of the function, which must be `type`. */
function lazily(dto: () => Type): () => Type {
  const { type } = { type: () => dto() };
  return type;
}

const isString = mustBe(isText, 'Must be a text.');

function inRange(min: number, max: number): Rule {
  return ruleFor(isNumber, 'out_of_range', (number) =>
    number < min || number > max ? `Must be from ${min} to ${max}.` : undefined,
  );
}

function isScalar(value: unknown): boolean {
  if (isText(value)) return value.length <= SCALAR_MAP_MAX_TEXT && value.isWellFormed();
  return value === null || typeof value === 'boolean' || Number.isFinite(value);
}

/** What validation and OpenAPI say of one property, said once. */
function field(
  { description, example, optional = false, nullable = false }: FieldOptions,
  schema: ApiPropertyOptions,
  rules: readonly Rule[],
  ...others: readonly PropertyDecorator[]
): PropertyDecorator {
  const isAbsent = (value: unknown): boolean =>
    (value === undefined && optional) || (value === null && nullable);

  return applyDecorators(
    ApiProperty({
      ...schema,
      description,
      required: !optional,
      ...(nullable && { nullable }),
      ...(example !== undefined && { example }),
    } as ApiPropertyOptions),
    ValidateIf((_owner, value) => !isAbsent(value)),
    ...[required, ...rules].map(toDecorator),
    ...others,
  );
}
