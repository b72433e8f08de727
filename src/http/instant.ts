const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Reads RFC 3339 with an offset, to the millisecond. Undefined for all else, and for days no calendar has. */
export function parseInstant(text: string): Date | undefined {
  const [, year, month, day] = RFC_3339.exec(text) ?? [];
  // `Date` turns 30 February into 2 March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > lastDay) return undefined;

  const instant = new Date(text.toUpperCase());
  return year === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}
