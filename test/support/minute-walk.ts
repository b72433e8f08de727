const MINUTE_MS = 60_000;

/** Weeks to walk through: what a zone's clocks do in them. */
export interface Weeks {
  readonly timeZone: string;
  /** First minute, ISO 8601 in UTC. */
  readonly from: string;
  readonly days: number;
}

/**
 * The clocks of a zone, read minute by minute from what `Intl` writes and from nothing else: no offsets, no rules, no
 * Temporal. Slow to make and dull to read, so that a test can believe it.
 */
class MinuteWalk {
  readonly start: number;
  /** Wall time of each minute, as milliseconds since 1970 of a clock in UTC. */
  private readonly wallTimes: number[] = [];

  constructor(weeks: Weeks) {
    this.start = Date.parse(weeks.from);
    const clock = new Intl.DateTimeFormat('en-US', {
      timeZone: weeks.timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    for (let minute = 0; minute < weeks.days * 24 * 60; minute += 1) {
      const written = /^(\d\d)\/(\d\d)\/(\d{4}), (\d\d):(\d\d)$/.exec(
        clock.format(this.start + minute * MINUTE_MS),
      );
      const [month = NaN, day = NaN, year = NaN, hour = NaN, past = NaN] = written!.slice(1).map(Number);
      this.wallTimes.push(Date.UTC(year, month - 1, day, hour, past));
    }
  }

  /** What the clock shows, with the seconds of the instant. */
  wallTimeAt(instant: number): number {
    const minute = Math.floor((instant - this.start) / MINUTE_MS);
    return this.wallTimes[minute]! + ((instant - this.start) % MINUTE_MS);
  }

  /**
   * The first instant whose wall time will do, of `from` itself and the whole minutes after it. Infinity when there is
   * none before the walk ends.
   */
  first(from: number, willDo: (wallTime: number) => boolean): number {
    if (willDo(this.wallTimeAt(from))) return from;
    const next = Math.floor((from - this.start) / MINUTE_MS) + 1;
    for (let minute = next; minute < this.wallTimes.length; minute += 1) {
      if (willDo(this.wallTimes[minute]!)) return this.start + minute * MINUTE_MS;
    }
    return Infinity;
  }
}

const walked = new Map<Weeks, MinuteWalk>();

/** The walk through those weeks, made once. */
export function walkThrough(weeks: Weeks): MinuteWalk {
  const walk = walked.get(weeks) ?? new MinuteWalk(weeks);
  walked.set(weeks, walk);
  return walk;
}

/**
 * Both changes of the clocks under five different laws, and turns of months and years where there are none. The change is
 * in the first week.
 */
export const NOTABLE_WEEKS: readonly Weeks[] = [
  { timeZone: 'Europe/Berlin', from: '2026-03-25T00:00:00Z', days: 22 },
  { timeZone: 'Europe/Berlin', from: '2026-10-21T00:00:00Z', days: 22 },
  { timeZone: 'America/New_York', from: '2026-03-04T00:00:00Z', days: 22 },
  { timeZone: 'America/New_York', from: '2026-10-28T00:00:00Z', days: 22 },
  { timeZone: 'America/Santiago', from: '2026-04-01T00:00:00Z', days: 22 },
  { timeZone: 'America/Santiago', from: '2026-09-02T00:00:00Z', days: 22 },
  { timeZone: 'Africa/Cairo', from: '2026-04-20T00:00:00Z', days: 22 },
  { timeZone: 'Africa/Cairo', from: '2026-10-26T00:00:00Z', days: 22 },
  { timeZone: 'Australia/Lord_Howe', from: '2026-04-01T00:00:00Z', days: 22 },
  { timeZone: 'Australia/Lord_Howe', from: '2026-09-30T00:00:00Z', days: 22 },
  // Midnight comes twice; a day is left out; the farthest offset; an odd one on 29 February.
  { timeZone: 'America/Havana', from: '2026-10-28T00:00:00Z', days: 22 },
  { timeZone: 'Pacific/Apia', from: '2011-12-26T00:00:00Z', days: 22 },
  { timeZone: 'Pacific/Kiritimati', from: '2026-12-28T00:00:00Z', days: 22 },
  { timeZone: 'Asia/Kathmandu', from: '2028-02-25T00:00:00Z', days: 22 },
  { timeZone: 'UTC', from: '2028-12-28T00:00:00Z', days: 22 },
];
