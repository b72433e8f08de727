/** Milliseconds since 1970 by this machine's clock: for what other machines have dated or will check, never for what we store. */
export function realTimeMs(): number {
  return Date.now();
}
