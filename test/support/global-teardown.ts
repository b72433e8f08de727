/** Stops what {@link ./global-setup.ts} started; Jest calls it after failed tests too. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.endTestPostgres?.();
}
