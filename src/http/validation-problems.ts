import type { ValidationError } from 'class-validator';
import { DomainError, type FieldProblem } from '../common/domain-error.js';
import { formatFieldPath } from './field-path.js';

/** A body of a million faults must not become an answer of a million faults. */
const MAX_LISTED_PROBLEMS = 100;

/** Faults that class-validator finds by itself, under our names; all others are named by their rule. */
const BUILT_IN: Readonly<Record<string, { readonly code: string; readonly detail: string }>> = {
  whitelistValidation: { code: 'unknown_property', detail: 'There is no such property.' },
  unknownValue: { code: 'wrong_type', detail: 'Must be an object.' },
  isObject: { code: 'wrong_type', detail: 'Must be an object.' },
  nestedValidation: { code: 'wrong_type', detail: 'Must be an object.' },
};

/** One error with every fault found, in the order of the class's properties. */
export function toInvalidRequest(errors: readonly ValidationError[]): DomainError {
  const problems = flatten(errors, []);
  const listed = problems.slice(0, MAX_LISTED_PROBLEMS);
  const count = problems.length === 1 ? 'One fault' : `${problems.length} faults`;
  const cut = problems.length > listed.length ? `, of which the first ${listed.length} are listed` : '';

  return new DomainError('invalid_request', `${count} found${cut}.`, { errors: listed });
}

function flatten(errors: readonly ValidationError[], parent: readonly string[]): FieldProblem[] {
  return errors.flatMap((error) => {
    // An unnamed property is the value as a whole.
    const path = (error.property as string | undefined) === undefined ? parent : [...parent, error.property];
    const own = Object.entries(error.constraints ?? {}).map(([name, detail]) => ({
      field: formatFieldPath(path),
      code: BUILT_IN[name]?.code ?? name,
      detail: BUILT_IN[name]?.detail ?? detail,
    }));
    // What is inside a value of the wrong kind says nothing more.
    const wrongType = own.find(({ code }) => code === 'wrong_type');
    if (wrongType !== undefined) return [wrongType];

    return [...own, ...flatten(error.children ?? [], path)];
  });
}
