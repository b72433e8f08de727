/** Making a format costs as much as a hundred uses of one, and the answer does not change while the process lives. */
const known = new Map<string, boolean>();

/**
 * The zone whose clocks count for a lead: her own, else the campaign's, else the fallback. The zones were checked when
 * they were stored, but by the time-zone data of that day's image: one that this runtime does not know is passed over.
 */
export function timeZoneOf(lead: string | null, campaign: string | null, fallback: string): string {
  return [lead, campaign].find((zone) => zone !== null && isKnown(zone)) ?? fallback;
}

function isKnown(timeZone: string): boolean {
  let answer = known.get(timeZone);
  if (answer === undefined) {
    answer = canFormat(timeZone);
    known.set(timeZone, answer);
  }
  return answer;
}

function canFormat(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
