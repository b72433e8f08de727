import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type ApiClient, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Every operation with a body, in an order in which the examples tell one story; ids in paths are 1. */
const STORY: readonly (readonly [operation: string, status: number])[] = [
  ['POST /api/cam/campaigns', 201],
  ['POST /api/cam/campaigns/{id}/leads', 200],
  ['POST /api/cam/templates', 201],
  ['POST /api/cam/email/preview', 200],
  ['POST /api/cam/email/send', 201],
  ['POST /api/cam/email/batch-send', 202],
  ['PUT /api/cam/campaigns/{id}/pause', 200],
  ['PUT /api/cam/campaigns/{id}/resume', 200],
  ['PATCH /api/cam/campaigns/{id}', 200],
  ['PUT /api/cam/campaigns/{id}/sequence', 200],
  ['POST /api/cam/campaigns/{id}/enrolments', 202],
  ['PATCH /api/cam/leads/{id}', 200],
  ['PUT /api/cam/templates/{id}', 200],
  ['POST /api/cam/suppressions', 201],
  ['POST /api/cam/emails/inbound', 201],
  ['PATCH /api/cam/emails/inbound/{id}', 200],
  ['PATCH /api/cam/emails/inbound/{id}/classification', 200],
  // The story's mail is SENT: a body that is not valid would not come so far.
  ['POST /api/cam/emails/outbound/{id}/resolve', 409],
];

/** Operations that take no body. */
const BODILESS = [
  'POST /api/cam/campaigns/{id}/evaluate',
  'POST /api/cam/emails/outbound/{id}/cancel',
  'POST /api/cam/emails/outbound/{id}/retry',
];

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}

describe('the OpenAPI document', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;
  let document: OpenAPIObject;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({ databaseUrl: database.url });
    ({ api } = app);
    document = JSON.parse((await api.get('/api/openapi.json')).text) as OpenAPIObject;
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('holds no writing operation that the story leaves out', () => {
    const writing = Object.entries(document.paths).flatMap(([path, item]) =>
      (['post', 'put', 'patch'] as const)
        .filter((method) => item[method] !== undefined)
        .map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(writing.sort()).toEqual([...STORY.map(([operation]) => operation), ...BODILESS].sort());
  });

  it.each(STORY)('has examples that work: %s', async (operation, status) => {
    const [method = '', path = ''] = operation.split(' ');
    const examples = examplesOf(method, path);

    expect(examples.length).toBeGreaterThan(0);
    for (const { type, body } of examples) {
      const headers = { 'Content-Type': type };
      const answer = await api.call(method, path.replace('{id}', '1'), { body, headers });
      expect({ body: answer.body, status: answer.status }).toEqual({ body: answer.body, status });
    }
  });

  it('says that every operation of the API wants a key', () => {
    expect(document.security).toEqual([{ bearer: [] }]);
    expect(document.components?.securitySchemes).toHaveProperty('bearer');
  });

  it('describes no two different things under one name', () => {
    const ids = Object.values(document.paths).flatMap((item) =>
      [item.get, item.post, item.put, item.patch, item.delete].map((operation) => operation?.operationId),
    );
    const named = ids.filter((id) => id !== undefined);

    expect(new Set(named).size).toBe(named.length);
  });

  /** Whole examples of an operation's body, or the one made of the examples of its properties. */
  function examplesOf(method: string, path: string): { type: string; body: unknown }[] {
    const operation = document.paths[path]?.[method.toLowerCase() as 'post' | 'put' | 'patch'];
    const requestBody = operation?.requestBody;
    const content = requestBody !== undefined && 'content' in requestBody ? requestBody.content : {};
    const [type = '', media = {}] = Object.entries(content)[0] ?? [];
    if (media.examples === undefined) return [{ type, body: exampleOf((media.schema ?? {}) as Schema) }];
    return Object.values(media.examples).map((example) => ({
      type,
      body: 'value' in example ? (example.value as unknown) : undefined,
    }));
  }

  function exampleOf(schema: Schema): unknown {
    if (schema.example !== undefined) return schema.example;
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split('/').at(-1) ?? '';
      return exampleOf((document.components?.schemas?.[name] ?? {}) as Schema);
    }
    if (schema.type === 'array') return [exampleOf(schema.items ?? {})];
    if (schema.properties === undefined) return undefined;
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, exampleOf(property)]),
    );
  }
});
