import { describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { DomainError } from '../common/domain-error.js';
import {
  ArrayField,
  BooleanField,
  EmailField,
  EnumField,
  InstantField,
  IntegerField,
  IntegerListField,
  ObjectField,
  QueryIntegerField,
  ScalarMapField,
  TextField,
  TimeZoneField,
  UrlField,
} from './fields.js';
import { createHttpAdapter } from './http-adapter.js';
import { RequestValidationPipe } from './validation.pipe.js';

const description = 'What it is.';

class TextDto {
  @TextField({ max: 5, description })
  value: string;
}
class LongTextDto {
  @TextField({ min: 0, max: 5, multiline: true, description })
  value: string;
}
class PatternDto {
  @TextField({ max: 5, pattern: /^[a-z]+$/, description })
  value: string;
}
class IntegerDto {
  @IntegerField({ min: 0, max: 10, description })
  value: number;
}
class IntegerListDto {
  @IntegerListField({ min: 1, max: 7, most: 3, description })
  value: number[];
}
class QueryIntegerDto {
  @QueryIntegerField({ max: 2_147_483_647, description })
  value: number;
}
class EmailDto {
  @EmailField({ description })
  value: string;
}
class UrlDto {
  @UrlField({ description })
  value: string;
}
class TimeZoneDto {
  @TimeZoneField({ description })
  value: string;
}
class EnumDto {
  @EnumField(['sent', 'not_sent'], { description })
  value: string;
}
class BooleanDto {
  @BooleanField({ description })
  value: boolean;
}
class InstantDto {
  @InstantField({ description })
  value: Date;
}
class MapDto {
  @ScalarMapField({ description })
  value: Record<string, unknown>;
}
class ObjectDto {
  @ObjectField(() => TextDto, { description })
  value: TextDto;
}
class ListDto {
  @ArrayField(() => TextDto, { min: 1, max: 2, description })
  value: TextDto[];
}
class AbsentDto {
  @TextField({ max: 5, optional: true, description })
  optional?: string;

  @TextField({ max: 5, nullable: true, description, example: 'x' })
  nullable: string | null;

  @ObjectField(() => TextDto, { optional: true, nullable: true, description })
  both?: TextDto | null;
}

const pipe = new RequestValidationPipe();

function read(dto: Type, body: unknown): Promise<unknown> {
  return pipe.transform(body, { type: 'body', metatype: dto });
}

/** Faults as `field code`. */
async function faults(dto: Type, body: unknown): Promise<string[]> {
  try {
    await read(dto, body);
  } catch (error) {
    if (error instanceof DomainError) {
      return (error.errors ?? []).map(({ field, code }) => `${field} ${code}`);
    }
    throw error;
  }
  return [];
}

/** As many names as asked for, all good. */
function names(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, index]));
}

/** Adds a title in which controls are escaped. */
function titled<Expected>(rows: readonly [Type, unknown, Expected][]): [string, Type, unknown, Expected][] {
  return rows.map(([dto, value, expected]) => [
    `${dto.name} ${JSON.stringify(value ?? null).slice(0, 60)}`,
    dto,
    value,
    expected,
  ]);
}

describe('fields', () => {
  it.each(
    titled<unknown>([
      [TextDto, ' a ', ' a '],
      [TextDto, '😀😀😀😀😀', '😀😀😀😀😀'],
      [LongTextDto, '', ''],
      [LongTextDto, 'a\r\n\tb', 'a\r\n\tb'],
      [LongTextDto, '\u202eא', '\u202eא'],
      [PatternDto, 'abc', 'abc'],
      [IntegerDto, 0, 0],
      [IntegerDto, 1.0, 1],
      [IntegerDto, 10, 10],
      [IntegerListDto, [7, 1, 3], [7, 1, 3]],
      [QueryIntegerDto, '1', 1],
      [QueryIntegerDto, '2147483647', 2_147_483_647],
      [EmailDto, 'Ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
      [UrlDto, 'https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
      [UrlDto, 'http://example.org', 'http://example.org'],
      [UrlDto, 'mailto:a@b.co?subject=x', 'mailto:a@b.co?subject=x'],
      [TimeZoneDto, 'europe/berlin', 'Europe/Berlin'],
      [TimeZoneDto, 'America/Argentina/Buenos_Aires', 'America/Buenos_Aires'],
      [TimeZoneDto, 'America/Port-au-Prince', 'America/Port-au-Prince'],
      [TimeZoneDto, 'utc', 'UTC'],
      [TimeZoneDto, 'GB-Eire', 'Europe/London'],
      [TimeZoneDto, 'gmt', 'UTC'],
      [EnumDto, 'not_sent', 'not_sent'],
      [BooleanDto, false, false],
      [InstantDto, '2026-03-01T09:00:00Z', new Date('2026-03-01T09:00:00Z')],
      [InstantDto, '2028-02-29t23:59:59.123456+05:30', new Date('2028-02-29T18:29:59.123Z')],
      [InstantDto, '0001-01-01T00:00:00-00:00', new Date('0001-01-01T00:00:00Z')],
      [MapDto, {}, {}],
      [
        MapDto,
        { a: 'x'.repeat(10_000), _b: 1.5, C: null, d9: true },
        { a: 'x'.repeat(10_000), _b: 1.5, C: null, d9: true },
      ],
      [MapDto, names(200), names(200)],
      [ObjectDto, { value: 'a' }, { value: 'a' }],
      [ListDto, [{ value: 'a' }, { value: 'b' }], [{ value: 'a' }, { value: 'b' }]],
    ]),
  )('%s is taken', async (_title, dto, value, expected) => {
    expect(await read(dto, { value })).toEqual({ value: expected });
  });

  it.each(
    titled<string[]>([
      [IntegerListDto, undefined, ['value required']],
      [IntegerListDto, 1, ['value wrong_type']],
      [IntegerListDto, ['1'], ['value wrong_type']],
      [IntegerListDto, [], ['value too_few']],
      [IntegerListDto, [1, 2, 3, 4], ['value too_many']],
      [IntegerListDto, [0, 8], ['value out_of_range']],
      [IntegerListDto, [1, 1], ['value repeated']],
      [TextDto, undefined, ['value required']],
      [TextDto, null, ['value required']],
      [TextDto, 1, ['value wrong_type']],
      [TextDto, {}, ['value wrong_type']],
      [TextDto, ['a'], ['value wrong_type']],
      [TextDto, '', ['value too_short']],
      [TextDto, ' \u00a0\u2003', ['value too_short']],
      [TextDto, 'abcdef', ['value too_long']],
      [TextDto, 'a\tb', ['value invalid_text']],
      [TextDto, 'a\nb', ['value invalid_text']],
      [TextDto, 'a\u0085b', ['value invalid_text']],
      [TextDto, 'a\u2028b', ['value invalid_text']],
      [TextDto, 'a\u202eb', ['value invalid_text']],
      [TextDto, 'a\u2066b', ['value invalid_text']],
      [TextDto, '\ud800', ['value invalid_text']],
      [TextDto, '\nabcdef', ['value too_long', 'value invalid_text']],
      [LongTextDto, 'a\0b', ['value invalid_text']],
      [LongTextDto, 'a\u001bb', ['value invalid_text']],
      [LongTextDto, 'a\u007fb', ['value invalid_text']],
      [PatternDto, 'aB', ['value wrong_format']],
      [IntegerDto, '1', ['value wrong_type']],
      [IntegerDto, 1.5, ['value wrong_type']],
      [IntegerDto, Number.NaN, ['value wrong_type']],
      [IntegerDto, true, ['value wrong_type']],
      [IntegerDto, [1], ['value wrong_type']],
      [IntegerDto, -1, ['value out_of_range']],
      [IntegerDto, 11, ['value out_of_range']],
      [IntegerDto, 1e300, ['value out_of_range']],
      ...['0', '01', '-1', '+1', '1.0', '1e2', '0x10', ' 10', '10 ', '10\n', '', '１', '12345678901'].map(
        (text): [Type, unknown, string[]] => [QueryIntegerDto, text, ['value wrong_type']],
      ),
      [QueryIntegerDto, '2147483648', ['value out_of_range']],
      [QueryIntegerDto, ['1', '2'], ['value wrong_type']],
      [EmailDto, 'ada', ['value invalid_email']],
      [EmailDto, 'a@b.co,c@d.co', ['value invalid_email']],
      [EmailDto, { address: 'a@b.co' }, ['value wrong_type']],
      [UrlDto, 'javascript:alert(1)', ['value invalid_url']],
      [UrlDto, 'data:text/html,x', ['value invalid_url']],
      [UrlDto, 'ftp://example.org', ['value invalid_url']],
      [UrlDto, '//example.org', ['value invalid_url']],
      [UrlDto, '/path', ['value invalid_url']],
      [UrlDto, 'https:example.org', ['value invalid_url']],
      [UrlDto, 'https://[::1', ['value invalid_url']],
      [UrlDto, 'https://', ['value invalid_url']],
      [UrlDto, 'https://exa mple.org', ['value invalid_url']],
      [UrlDto, 'https://example.org/\r\nx', ['value invalid_url']],
      [UrlDto, 'java\nscript:alert(1)', ['value invalid_url']],
      [UrlDto, `https://example.org/${'a'.repeat(2_000)}`, ['value too_long']],
      ...[
        '',
        'Foo/Bar',
        'UTC+5',
        '+05:00',
        'GMT+0',
        'Etc/GMT+5',
        'EST5EDT',
        'EST',
        'BST',
        'SystemV/EST',
        '<+05>-5',
        'Europe/Berlin ',
        'Europe//Berlin',
        ':Europe/Berlin',
      ].map((name): [Type, unknown, string[]] => [TimeZoneDto, name, ['value invalid_time_zone']]),
      [TimeZoneDto, 5, ['value wrong_type']],
      [EnumDto, 'SENT', ['value not_allowed']],
      [EnumDto, '', ['value not_allowed']],
      [EnumDto, ['sent'], ['value wrong_type']],
      [BooleanDto, 'true', ['value wrong_type']],
      [BooleanDto, 1, ['value wrong_type']],
      ...[
        '',
        '2026-03-01',
        '2026-03-01T09:00:00',
        '2026-03-01 09:00:00Z',
        '2026-03-01T09:00Z',
        '2026-03-01T09:00:00+0200',
        '2026-03-01T09:00:00 02:00',
        '2026-02-29T09:00:00Z',
        '2026-04-31T09:00:00Z',
        '2026-13-01T09:00:00Z',
        '2026-00-01T09:00:00Z',
        '2026-01-00T09:00:00Z',
        '2026-03-01T24:00:00Z',
        '2026-03-01T23:59:60Z',
        '2026-03-01T09:00:00+24:00',
        '+275760-09-13T00:00:00Z',
        '9999999999999',
        'tomorrow',
      ].map((text): [Type, unknown, string[]] => [InstantDto, text, ['value invalid_instant']]),
      [InstantDto, 1_772_355_600_000, ['value wrong_type']],
      [MapDto, 'x', ['value wrong_type']],
      [MapDto, [], ['value wrong_type']],
      [MapDto, { a: {} }, ['value invalid_value']],
      [MapDto, { a: [] }, ['value invalid_value']],
      [MapDto, { a: 'x'.repeat(10_001) }, ['value invalid_value']],
      [MapDto, { '1a': 1 }, ['value invalid_name']],
      [MapDto, { 'a b': 1 }, ['value invalid_name']],
      [MapDto, { 'a.b': 1 }, ['value invalid_name']],
      [MapDto, { '': 1 }, ['value invalid_name']],
      [MapDto, { ['a'.repeat(65)]: 1 }, ['value invalid_name']],
      [MapDto, { valueOf: 1 }, ['value invalid_name']],
      [MapDto, names(201), ['value too_many']],
      [ObjectDto, 'x', ['value wrong_type']],
      [ObjectDto, [{ value: 'a' }], ['value wrong_type']],
      [ObjectDto, { value: 1, x: 2 }, ['value.x unknown_property', 'value.value wrong_type']],
      [ListDto, [], ['value too_few']],
      [ListDto, [{ value: 'a' }, { value: 'b' }, { value: 'c' }], ['value too_many']],
      [ListDto, { value: 'a' }, ['value wrong_type']],
      [ListDto, { 0: { value: 'a' }, length: 1 }, ['value wrong_type']],
      [ListDto, ['a'], ['value wrong_type']],
      [ListDto, [null], ['value wrong_type']],
      [ListDto, [[{ value: 'a' }]], ['value wrong_type']],
      [ListDto, [{ value: 'a' }, { value: '' }], ['value[1].value too_short']],
    ]),
  )('%s is refused', async (_title, dto, value, expected) => {
    expect(await faults(dto, { value })).toEqual(expected);
  });

  it('names unknown properties, cut to a bearable length', async () => {
    expect(await faults(TextDto, { value: 'a', ['x'.repeat(1_000)]: 1 })).toEqual([
      `${'x'.repeat(64)}… unknown_property`,
    ]);
  });

  it.each([
    [{ nullable: null }, []],
    [{ nullable: null, both: null }, []],
    [{}, ['nullable required']],
    [{ nullable: null, optional: null }, ['optional required']],
    [
      { nullable: '', optional: '', both: { value: '' } },
      ['optional too_short', 'nullable too_short', 'both.value too_short'],
    ],
  ])('tells left out from null: %p', async (body, expected) => {
    expect(await faults(AbsentDto, body)).toEqual(expected);
  });

  it.each([null, 'x', 42, true, [], [{ value: 'a' }]])('refuses the body %p', async (body) => {
    expect(await faults(TextDto, body)).toEqual([' wrong_type']);
  });

  it('reads no body as an object without properties', async () => {
    expect(await faults(TextDto, undefined)).toEqual(['value required']);
  });
});

describe('OpenAPI', () => {
  it('says of each property what is checked', async () => {
    @Controller()
    class ProbeController {
      @Post('absent')
      absent(@Body() _body: AbsentDto): void {
        return;
      }

      @Post('list')
      list(@Body() _body: ListDto): void {
        return;
      }

      @Post('integer')
      integer(@Body() _body: IntegerDto): void {
        return;
      }
    }
    @Module({ controllers: [ProbeController] })
    class ProbeModule {}
    const app = await NestFactory.create(ProbeModule, createHttpAdapter(), { logger: false });

    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    await app.close();

    expect(document.components?.schemas).toEqual({
      TextDto: {
        type: 'object',
        properties: { value: { type: 'string', minLength: 1, maxLength: 5, description } },
        required: ['value'],
      },
      AbsentDto: {
        type: 'object',
        properties: {
          optional: { type: 'string', minLength: 1, maxLength: 5, description },
          nullable: { type: 'string', minLength: 1, maxLength: 5, description, nullable: true, example: 'x' },
          both: {
            type: 'object',
            allOf: [{ $ref: '#/components/schemas/TextDto' }],
            description,
            nullable: true,
          },
        },
        required: ['nullable'],
      },
      ListDto: {
        type: 'object',
        properties: {
          value: {
            type: 'array',
            minItems: 1,
            maxItems: 2,
            items: { $ref: '#/components/schemas/TextDto' },
            description,
          },
        },
        required: ['value'],
      },
      IntegerDto: {
        type: 'object',
        properties: { value: { type: 'integer', minimum: 0, maximum: 10, description } },
        required: ['value'],
      },
    });
  });
});
