import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiProperty,
  DocumentBuilder,
  getSchemaPath,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';

class ProblemFault {
  @ApiProperty({ description: 'Path into the request.', example: 'leads[3].email' })
  field: string;

  @ApiProperty({ example: 'invalid_email' })
  code: string;

  @ApiProperty({ example: 'Must have exactly one @.' })
  detail: string;
}

/** RFC 9457, as `http/problem.ts` makes it. */
class Problem {
  @ApiProperty({ example: 'urn:cam:problem:invalid_request' })
  type: string;

  @ApiProperty({ example: 'The request is not valid' })
  title: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status: number;

  @ApiProperty({ example: 'One fault found' })
  detail: string;

  @ApiProperty({ description: 'Stable: decide by this one.', example: 'invalid_request' })
  code: string;

  @ApiProperty({ type: [ProblemFault], required: false, description: 'Every fault at once.' })
  errors?: ProblemFault[];

  @ApiProperty({ example: '/api/cam/email/send' })
  instance: string;
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'The final answer of the first call is repeated for 24 hours, with `Idempotency-Replayed: true`.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9._:/-]{1,255}$' },
};

/** The description of the API that `/api/openapi.json` serves and `docs/openapi.json` holds. */
export function createOpenApi(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('CAM e-mail service')
    .setDescription(
      'Sends templated outreach e-mail to the leads of a campaign, once each. Every error is a problem document ' +
        '(RFC 9457) with a stable `code`. Lists are newest first and page by the `Link` header. Without API keys, ' +
        'only callers on the same machine are served.',
    )
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .addGlobalResponse({
      status: 'default',
      description: 'Any error.',
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) } } },
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [Problem] });
  for (const [path, { get, post }] of Object.entries(document.paths)) {
    if (path.startsWith('/api/cam/')) {
      describeCsv(post);
      post?.parameters?.push(IDEMPOTENCY_KEY);
    } else if (get !== undefined) {
      // Probes are open, and a failed one answers what was checked instead of a problem document.
      get.security = [];
      delete get.responses.default;
    }
  }
  return document;
}

/** Swagger gives every media type of a route the schema of the first. */
function describeCsv(operation: OpenAPIObject['paths'][string]['post']): void {
  const csv =
    operation?.requestBody !== undefined && 'content' in operation.requestBody
      ? operation.requestBody.content['text/csv']
      : undefined;
  if (csv !== undefined) {
    csv.schema = { type: 'string', example: 'email,first name\nada@engines.example,Ada\n' };
  }
}
