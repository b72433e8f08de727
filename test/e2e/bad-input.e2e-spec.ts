import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiCall, type ApiClient, TestApp } from '../support/app.js';
import { emptyTables, insertCampaign, insertLead, insertTemplate } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

type Refused = readonly [name: string, method: string, path: string, call: ApiCall, answer: Refusal];

interface Refusal {
  readonly status: number;
  readonly code: string;
  /** Of `errors[]`, as `field code`; not looked at when left out. */
  readonly errors?: readonly string[];
}

const SEND = { campaign_id: 1, lead_id: 1, template_type: 'intro' };
const TEMPLATE = { template_type: 'other', subject: 'Hello', body: '<p>Hello</p>' };

function invalid(...errors: string[]): Refusal {
  return { status: 400, code: 'invalid_request', ...(errors.length > 0 && { errors }) };
}

function get(path: string, refusal: Refusal): Refused {
  return [path.length > 80 ? `${path.slice(0, 80)}…` : path, 'GET', path, {}, refusal];
}

/** A JSON body; `wrong` says what is wrong with it. */
function body(wrong: string, method: string, path: string, value: unknown, refusal: Refusal): Refused {
  return [`${method} ${path}: ${wrong}`, method, path, { body: value }, refusal];
}

function typed(contentType: string, text: string, refusal: Refusal, path = 'email/send'): Refused {
  const call = { body: text, headers: { 'Content-Type': contentType } };
  return [`POST ${path} as ${contentType}`, 'POST', path, call, refusal];
}

const IDS: readonly Refused[] = [
  '0',
  '-1',
  '1.5',
  '1e2',
  '0x10',
  'abc',
  '%201',
  '2147483648',
  '1;DROP',
  '%00',
].flatMap((id) =>
  ['campaigns', 'leads', 'templates', 'emails/outbound'].map((path) =>
    get(`${path}/${id}`, invalid(`id ${id === '2147483648' ? 'out_of_range' : 'wrong_type'}`)),
  ),
);

const UNKNOWN_IDS: readonly Refused[] = [
  get('campaigns/404', { status: 404, code: 'campaign_not_found' }),
  get('leads/404', { status: 404, code: 'lead_not_found' }),
  get('templates/404', { status: 404, code: 'template_not_found' }),
  get('emails/outbound/404', { status: 404, code: 'email_not_found' }),
  body('unknown', 'PATCH', 'campaigns/404', { name: 'x' }, { status: 404, code: 'campaign_not_found' }),
  body('unknown', 'PATCH', 'leads/404', { title: 'x' }, { status: 404, code: 'lead_not_found' }),
  body('unknown', 'PUT', 'templates/404', TEMPLATE, { status: 404, code: 'template_not_found' }),
  body('unknown', 'PUT', 'campaigns/404/pause', {}, { status: 404, code: 'campaign_not_found' }),
  body('unknown', 'PUT', 'campaigns/404/resume', {}, { status: 404, code: 'campaign_not_found' }),
  body('unknown', 'POST', 'campaigns/404/leads', { leads: [] }, { status: 404, code: 'campaign_not_found' }),
  body('unknown', 'POST', 'emails/outbound/404/cancel', undefined, { status: 404, code: 'email_not_found' }),
  body('unknown', 'POST', 'emails/outbound/404/retry', undefined, { status: 404, code: 'email_not_found' }),
  body(
    'unknown',
    'POST',
    'emails/outbound/404/resolve',
    { as: 'sent', reason: 'x' },
    { status: 404, code: 'email_not_found' },
  ),
  body(
    'unknown campaign',
    'POST',
    'templates',
    { ...TEMPLATE, campaign_id: 404 },
    {
      status: 404,
      code: 'campaign_not_found',
    },
  ),
];

const PATHS: readonly Refused[] = [
  get('campaignz', { status: 404, code: 'route_not_found' }),
  get('/nowhere', { status: 404, code: 'route_not_found' }),
  get('campaigns/%E0%A4%A', invalid()),
  get(`campaigns/${'9'.repeat(10_000)}`, invalid()),
  ['DELETE campaigns/1', 'DELETE', 'campaigns/1', {}, { status: 405, code: 'method_not_allowed' }],
  ['PUT email/send', 'PUT', 'email/send', { body: SEND }, { status: 405, code: 'method_not_allowed' }],
];

const PAGES: readonly Refused[] = ['campaigns', 'leads', 'templates', 'emails/outbound'].flatMap((list) => [
  ...['0', '-1', '1e2', '0x10', '%2010', 'abc', '1.5', 'NaN', '%00', ''].map((limit) =>
    get(`${list}?limit=${limit}`, invalid('limit wrong_type')),
  ),
  get(`${list}?limit=101`, invalid('limit out_of_range')),
  get(`${list}?limit=1&limit=2`, invalid('limit wrong_type')),
  get(`${list}?limit[]=1`, invalid('limit[] unknown_property')),
  get(`${list}?limit[gt]=1`, invalid('limit[gt] unknown_property')),
  get(`${list}?offset=1`, invalid('offset unknown_property')),
  get(`${list}?sort=id;DROP%20TABLE`, invalid('sort unknown_property')),
  get(`${list}?__proto__=1`, invalid('__proto__ unknown_property')),
  get(`${list}?toString=1`, invalid('toString unknown_property')),
  get(`${list}?cursor=1`, invalid('cursor invalid_cursor')),
  get(`${list}?cursor=djE6MA`, invalid('cursor invalid_cursor')),
  get(`${list}?cursor=djE6Mw==`, invalid('cursor invalid_cursor')),
  get(`${list}?cursor=djI6Mw`, invalid('cursor invalid_cursor')),
  get(`${list}?cursor=`, invalid('cursor too_short')),
  get(`${list}?cursor=${'A'.repeat(300)}`, invalid('cursor too_long')),
]);

const FILTERS: readonly Refused[] = [
  get('emails/outbound?status=sent', invalid('status not_allowed')),
  get('emails/outbound?status=SENT&status=FAILED', invalid('status wrong_type')),
  get('emails/outbound?campaign_id=0', invalid('campaign_id wrong_type')),
  get('emails/outbound?lead_id=1&lead_id=2', invalid('lead_id wrong_type')),
  get('emails/outbound?to_email=%25', invalid('to_email invalid_email')),
  get('emails/outbound?to_email=a@b.test%00', invalid('to_email invalid_email')),
  ...[
    'yesterday',
    '9999999999999',
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '%2B275760-09-13',
  ].map((from) => get(`emails/outbound?from=${from}`, invalid('from invalid_instant'))),
  get('emails/outbound?to=2026-13-01T00:00:00Z', invalid('to invalid_instant')),
  get('leads?status=new', invalid('status not_allowed')),
  get('leads?email=nobody', invalid('email invalid_email')),
  get('templates?template_type=a%20b', invalid('template_type wrong_format')),
];

const BODIES: readonly Refused[] = [
  ...['{', '', ' ', '{"a":}', '{"campaign_id":1,}', 'nothing'].map((text) =>
    body(JSON.stringify(text), 'POST', 'email/send', text, { status: 400, code: 'malformed_json' }),
  ),
  ...['null', '"x"', '42', '[]', `[${JSON.stringify(SEND)}]`].map((text) =>
    body(text, 'POST', 'email/send', text, invalid(' wrong_type')),
  ),
  body('NUL', 'POST', 'email/send', '{"template_type":"a\\u0000"}', invalid('template_type invalid_text')),
  body('NUL in a name', 'POST', 'email/send', '{"a\\u0000":1}', invalid(' invalid_text')),
  body('half a surrogate pair', 'POST', 'campaigns', '{"name":"\\ud800"}', invalid('name invalid_text')),
  body(
    'half a pair deep in',
    'POST',
    'campaigns/1/leads',
    '{"leads":[{"email":"a@b.test","first_name":"\\udc00"}]}',
    invalid('leads[0].first_name invalid_text'),
  ),
  body(
    '20,000 levels',
    'POST',
    'email/send',
    `{"personalization":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    invalid(),
  ),
  body('33 levels of objects', 'POST', 'email/send', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, invalid()),
  ...['__proto__', 'constructor', 'prototype', 'toString'].map((key) =>
    body(key, 'POST', 'campaigns', `{"name":"x","${key}":{"polluted":true}}`, invalid(' forbidden_key')),
  ),
  body(
    '__proto__ deep in',
    'POST',
    'email/send',
    '{"personalization":{"__proto__":{"x":1}}}',
    invalid('personalization forbidden_key'),
  ),
  body('6 MB', 'POST', 'campaigns', JSON.stringify({ name: 'x'.repeat(6 * 1024 * 1024) }), {
    status: 413,
    code: 'payload_too_large',
  }),
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ].map((type) => typed(type, JSON.stringify(SEND), { status: 415, code: 'unsupported_media_type' })),
  typed('application/json; charset=utf-16', JSON.stringify(SEND), {
    status: 415,
    code: 'unsupported_media_type',
  }),
  [
    'a Content-Encoding',
    'POST',
    'email/send',
    { body: '{}', headers: { 'Content-Encoding': 'br' } },
    {
      status: 415,
      code: 'unsupported_media_type',
    },
  ],
  typed('text/csv', 'a,b', invalid(' wrong_type')),
];

const CAMPAIGNS: readonly Refused[] = [
  body('no name', 'POST', 'campaigns', {}, invalid('name required')),
  body('blank name', 'POST', 'campaigns', { name: '  ' }, invalid('name too_short')),
  body('two lines', 'POST', 'campaigns', { name: 'a\r\nb' }, invalid('name invalid_text')),
  body('bidi override', 'POST', 'campaigns', { name: 'a\u202eb' }, invalid('name invalid_text')),
  body('long name', 'POST', 'campaigns', { name: 'x'.repeat(201) }, invalid('name too_long')),
  ...['UTC+5', '+05:00', 'EST5EDT', 'Foo/Bar', 'Europe/Berlin; DROP', '', 'a'.repeat(100)].map((timezone) =>
    body(
      `zone ${timezone.slice(0, 20)}`,
      'POST',
      'campaigns',
      { name: 'x', timezone },
      invalid('timezone invalid_time_zone'),
    ),
  ),
  ...[0, -1, 2 ** 31].map((cap) =>
    body(
      `cap ${cap}`,
      'POST',
      'campaigns',
      { name: 'x', max_emails_per_day: cap },
      invalid('max_emails_per_day out_of_range'),
    ),
  ),
  ...[1.5, '10', true, [1]].map((cap) =>
    body(
      `cap ${JSON.stringify(cap)}`,
      'POST',
      'campaigns',
      { name: 'x', max_emails_per_day: cap },
      invalid('max_emails_per_day wrong_type'),
    ),
  ),
  ...['nobody', 'A <a@b.test>, B <b@b.test>', 'A\r\nBcc: x@x.test <a@b.test>', 'A <a@b.test>\n'].map(
    (from_email) =>
      body(`sender ${JSON.stringify(from_email)}`, 'POST', 'campaigns', { name: 'x', from_email }, invalid()),
  ),
  ...[{ id: 7 }, { status: 'PAUSED' }, { paused_at: null }, { created_at: 'x' }].map((fields) =>
    body(
      JSON.stringify(fields),
      'PATCH',
      'campaigns/1',
      fields,
      invalid(`${Object.keys(fields)[0] ?? ''} unknown_property`),
    ),
  ),
  body('null name', 'PATCH', 'campaigns/1', { name: null }, invalid('name required')),
  body('unknown', 'PUT', 'campaigns/1/pause', { why: 'x' }, invalid('why unknown_property')),
  body('unknown', 'PUT', 'campaigns/1/resume', { why: 'x' }, invalid('why unknown_property')),
  body('unknown', 'POST', 'emails/outbound/1/cancel', { why: 'x' }, invalid('why unknown_property')),
  body('unknown', 'POST', 'emails/outbound/1/retry', { why: 'x' }, invalid('why unknown_property')),
  ...(
    [
      [{}, 'as required', 'reason required'],
      [{ as: 'sent' }, 'reason required'],
      [{ as: 'SENT', reason: 'x' }, 'as not_allowed'],
      [{ as: 'constructor', reason: 'x' }, 'as not_allowed'],
      [{ as: ['sent'], reason: 'x' }, 'as wrong_type'],
      [{ as: 'sent', reason: ' ' }, 'reason too_short'],
      [{ as: 'sent', reason: 'x'.repeat(501) }, 'reason too_long'],
      [{ as: 'sent', reason: 'x\ny' }, 'reason invalid_text'],
      [{ as: 'sent', reason: 'x', actor: 'me' }, 'actor unknown_property'],
    ] as const
  ).map(([value, ...errors]) =>
    body(JSON.stringify(value).slice(0, 60), 'POST', 'emails/outbound/1/resolve', value, invalid(...errors)),
  ),
  get('emails/outbound?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', invalid('to out_of_range')),
];

const LEADS: readonly Refused[] = [
  body('no list', 'POST', 'campaigns/1/leads', {}, invalid('leads wrong_type')),
  body('an object', 'POST', 'campaigns/1/leads', { leads: {} }, invalid('leads wrong_type')),
  body('null', 'POST', 'campaigns/1/leads', 'null', invalid('leads wrong_type')),
  body('unknown', 'POST', 'campaigns/1/leads', { leads: [], dry: 1 }, invalid('dry unknown_property')),
  body(
    '1,001 rows',
    'POST',
    'campaigns/1/leads',
    { leads: Array.from({ length: 1_001 }, () => ({})) },
    invalid('leads wrong_type'),
  ),
  typed('text/csv', 'name\nx\n', invalid(' required'), 'campaigns/1/leads'),
  typed('text/csv', 'email,email\na@b.test,a@b.test\n', invalid(' duplicate'), 'campaigns/1/leads'),
  typed('text/csv', 'email,name\n"a@b.test\n', invalid(' malformed_csv'), 'campaigns/1/leads'),
  typed('text/csv', 'email,__proto__\na@b.test,x\n', invalid(' forbidden_key'), 'campaigns/1/leads'),
  typed('text/csv', 'email,constructor\na@b.test,x\n', invalid(' forbidden_key'), 'campaigns/1/leads'),
  typed('text/csv', `email\n${'a@b.test\n'.repeat(1_001)}`, invalid(' too_many'), 'campaigns/1/leads'),
  typed('text/csv', 'email,x\na@b.test,\0\n', { status: 400, code: 'malformed_json' }, 'campaigns/1/leads'),
  body('email', 'PATCH', 'leads/1', { email: 'new@b.test' }, invalid('email unknown_property')),
  body('status', 'PATCH', 'leads/1', { status: 'HAPPY' }, invalid('status not_allowed')),
  body('CR LF', 'PATCH', 'leads/1', { first_name: 'A\r\nBcc: x' }, invalid('first_name invalid_text')),
  body('nested', 'PATCH', 'leads/1', { attributes: { a: { b: 1 } } }, invalid('attributes invalid_value')),
  body('bad name', 'PATCH', 'leads/1', { attributes: { 'a b': 1 } }, invalid('attributes invalid_name')),
  body('null', 'PATCH', 'leads/1', { attributes: null }, invalid('attributes required')),
];

const TEMPLATES: readonly Refused[] = [
  body(
    'nothing',
    'POST',
    'templates',
    {},
    invalid('subject required', 'body required', 'template_type required'),
  ),
  body(
    'two lines',
    'POST',
    'templates',
    { ...TEMPLATE, subject: 'a\r\nBcc: x@x.test' },
    invalid('subject invalid_text'),
  ),
  body('U+2028', 'POST', 'templates', { ...TEMPLATE, subject: 'a\u2028b' }, invalid('subject invalid_text')),
  body(
    'script link',
    'POST',
    'templates',
    { ...TEMPLATE, cta_link: 'javascript:alert(1)' },
    invalid('cta_link invalid_url'),
  ),
  body(
    'type',
    'POST',
    'templates',
    { ...TEMPLATE, template_type: 'a b' },
    invalid('template_type wrong_format'),
  ),
  body(
    'broken Liquid',
    'POST',
    'templates',
    { ...TEMPLATE, body: '{% if %}' },
    { status: 422, code: 'template_invalid' },
  ),
  body(
    'render tag',
    'POST',
    'templates',
    { ...TEMPLATE, body: '{% render "x" %}' },
    { status: 422, code: 'template_invalid' },
  ),
  body(
    'taken',
    'POST',
    'templates',
    { ...TEMPLATE, template_type: 'intro' },
    { status: 409, code: 'template_exists' },
  ),
];

const MAILS: readonly Refused[] = ['email/send', 'email/preview'].flatMap((path) => [
  body('nothing', 'POST', path, {}, invalid('campaign_id required', 'lead_id required')),
  body('no template', 'POST', path, { campaign_id: 1, lead_id: 1 }, invalid('template_type required')),
  body(
    'two templates',
    'POST',
    path,
    { ...SEND, template: TEMPLATE },
    invalid('template.template_type unknown_property'),
  ),
  body('text ids', 'POST', path, { ...SEND, lead_id: '1' }, invalid('lead_id wrong_type')),
  body('big id', 'POST', path, { ...SEND, lead_id: 2 ** 31 }, invalid('lead_id out_of_range')),
  body('sequence 0', 'POST', path, { ...SEND, sequence_number: 0 }, invalid('sequence_number out_of_range')),
  body('unknown', 'POST', path, { ...SEND, bcc: 'x@x.test' }, invalid('bcc unknown_property')),
  body(
    'personalization',
    'POST',
    path,
    { ...SEND, personalization: ['x'] },
    invalid('personalization wrong_type'),
  ),
  body(
    'an inline subject of two lines',
    'POST',
    path,
    { campaign_id: 1, lead_id: 1, template: { subject: 'a\nb', body: 'x' } },
    invalid('template.subject invalid_text'),
  ),
  ...[
    'nobody',
    'a@b.test,c@d.test',
    'A <a@b.test>',
    'a@b.test\n',
    'a@[127.0.0.1]',
    'a\u200b@b.test',
    '"a b"@b.test',
    `${'x'.repeat(65)}@b.test`,
    'а@b.test',
  ].map((to_email) =>
    body(
      `to ${JSON.stringify(to_email).slice(0, 24)}`,
      'POST',
      path,
      { ...SEND, to_email },
      invalid('to_email invalid_email'),
    ),
  ),
  body(
    'a link from the caller that runs script',
    'POST',
    path,
    { ...SEND, personalization: { cta_link: 'javascript:alert(1)' } },
    { status: 422, code: 'template_invalid' },
  ),
  body(
    'a subject grown by a variable',
    'POST',
    path,
    { ...SEND, personalization: { first_name: 'Ada\r\nBcc: x@x.test' } },
    { status: 422, code: 'template_invalid' },
  ),
]);

const BATCHES: readonly Refused[] = [
  body(
    'no leads',
    'POST',
    'email/batch-send',
    { campaign_id: 1, template_type: 'intro', leads: [] },
    invalid('leads too_few'),
  ),
  body(
    '1,001 leads',
    'POST',
    'email/batch-send',
    { campaign_id: 1, template_type: 'intro', leads: Array.from({ length: 1_001 }, () => ({ lead_id: 1 })) },
    invalid('leads too_many'),
  ),
  body(
    'over the batch cap',
    'POST',
    'email/batch-send',
    { campaign_id: 1, template_type: 'intro', leads: Array.from({ length: 101 }, () => ({ lead_id: 1 })) },
    { status: 422, code: 'batch_cap_exceeded' },
  ),
  body(
    'one bad lead',
    'POST',
    'email/batch-send',
    { campaign_id: 1, template_type: 'intro', leads: [{ lead_id: 1 }, { lead_id: 0 }] },
    invalid('leads[1].lead_id out_of_range'),
  ),
  body(
    'over_cap',
    'POST',
    'email/batch-send',
    { campaign_id: 1, template_type: 'intro', leads: [{ lead_id: 1 }], over_cap: 'maybe' },
    invalid('over_cap not_allowed'),
  ),
];

const KEYS: readonly Refused[] = ['', 'a b', 'a,b', 'x'.repeat(256), '"'].map((key) => [
  `Idempotency-Key ${JSON.stringify(key).slice(0, 20)}`,
  'POST',
  'campaigns',
  { body: { name: 'x' }, headers: { 'Idempotency-Key': key } },
  invalid('Idempotency-Key wrong_format'),
]);

describe('a request that cannot be served', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({ databaseUrl: database.url });
    ({ api } = app);
    await emptyTables(database);
    await insertCampaign(database);
    await insertLead(database, 1, { email: 'ada@engines.test', first_name: 'Ada' });
    await insertTemplate(database);
  });

  let before: string;

  beforeEach(async () => {
    before = await countRows();
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each([
    ...IDS,
    ...UNKNOWN_IDS,
    ...PATHS,
    ...PAGES,
    ...FILTERS,
    ...BODIES,
    ...CAMPAIGNS,
    ...LEADS,
    ...TEMPLATES,
    ...MAILS,
    ...BATCHES,
    ...KEYS,
  ])(
    'is refused with a problem document, and changes nothing: %s',
    async (_name, method, path, call, refusal) => {
      const answer = await api.call(method, path, call);

      const { pathname } = new URL(path.startsWith('/') ? path : `/api/cam/${path}`, api.baseUrl);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.body).toEqual({
        type: `urn:cam:problem:${refusal.code}`,
        title: expect.any(String),
        status: refusal.status,
        detail: expect.any(String),
        code: refusal.code,
        instance: pathname,
        ...(answer.body.errors !== undefined && { errors: expect.any(Array) }),
      });
      expect(answer.status).toBe(refusal.status);
      if (refusal.errors !== undefined) {
        const found = answer.body.errors?.map(({ field, code }) => `${field} ${code}`);
        expect(found?.sort()).toEqual([...refusal.errors].sort());
      }
      expect(await countRows()).toBe(before);
    },
  );

  it('pollutes no object of the process', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  it('names the methods that a path knows', async () => {
    const { headers } = await api.delete('campaigns/1');

    expect(headers.get('allow')).toBe('GET, HEAD, PATCH');
  });

  async function countRows(): Promise<string> {
    const tables = [
      'campaigns',
      'leads',
      'campaign_leads',
      'email_templates',
      'outbound_emails',
      'dispatch_queue',
    ];
    const others = ['send_attempts', 'quota_counters', 'idempotency_keys'];
    const counts = [...tables, ...others].map((table) => `(SELECT count(*) FROM cam_${table}) AS ${table}`);
    const rows = await database.query(`SELECT ${counts.join(', ')}`);
    return JSON.stringify(rows);
  }
});
