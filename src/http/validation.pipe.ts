import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { isObject } from './field-rules.js';
import { isReservedName } from './json-body.js';
import { toInvalidRequest } from './validation-problems.js';

/**
 * Validates bodies, queries and path parameters against their class, without any conversion that a field did not ask
 * for, and refuses what the class does not know.
 */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      stopAtFirstError: false,
      validationError: { target: false, value: false },
      exceptionFactory: toInvalidRequest,
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (this.toValidate(metadata)) refuseWhatThePipeOverlooks(value, metadata.type);
    return (await super.transform(value, metadata)) as unknown;
  }
}

/**
 * The stock pipe reads a null, scalar or array body as an object without properties, and drops names of
 * `Object.prototype`, which in bodies are refused before they come here. No body at all is an object without properties.
 */
function refuseWhatThePipeOverlooks(value: unknown, type: ArgumentMetadata['type']): void {
  if (type === 'body' && value !== undefined && !isObject(value)) {
    throw new DomainError('invalid_request', 'The body must be a JSON object.', {
      errors: [{ field: '', code: 'wrong_type', detail: 'Must be an object.' }],
    });
  }
  const reserved = type === 'query' ? Object.keys(value ?? {}).filter(isReservedName) : [];
  if (reserved.length > 0) {
    throw new DomainError('invalid_request', 'The query has an unknown parameter.', {
      errors: reserved.map((field) => ({
        field,
        code: 'unknown_property',
        detail: 'There is no such property.',
      })),
    });
  }
}
