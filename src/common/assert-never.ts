/** Ends an exhaustive `switch`: a new case of the union stops the build here. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
