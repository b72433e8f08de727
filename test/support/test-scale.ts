/**
 * How much of something a test does: what the environment asks for, else what every build has time for.
 *
 * @throws when the variable is no whole number above 0
 */
export function testScale(
  variable: 'CAM_RACES' | 'CAM_PROPERTY_RUNS' | 'CAM_PROPERTY_SEED',
  usual: number,
): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return usual;
  const scale = Number(text);
  if (Number.isSafeInteger(scale) && scale > 0) return scale;
  throw new Error(`${variable} is no whole number above 0: ${text}`);
}
