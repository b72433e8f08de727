/** The mails that the client first asked for during one fault, and those of the steps of leads enrolled during it. */
export interface Tally {
  /** Mails that a 2xx named. */
  accepted: number;
  /** Mails of steps. */
  steps: number;
  /** Of all stored mails, also those whose request got no answer. */
  once: number;
  twice: number;
  /** Accepted, and neither sent nor ended with a reason nor waiting for a cap. */
  lost: number;
  unknown: number;
  /** Failed or dropped. */
  refused: number;
  /** Dropped, because the lead had said stop. */
  stopped: number;
  /** Waits for the next day's places. */
  waiting: number;
  overshoot: number;
  /** Open without waiting for a cap. */
  stuck: number;
}

export function emptyTally(): Tally {
  return {
    accepted: 0,
    steps: 0,
    once: 0,
    twice: 0,
    lost: 0,
    unknown: 0,
    refused: 0,
    stopped: 0,
    waiting: 0,
    overshoot: 0,
    stuck: 0,
  };
}

export function addTally(sum: Tally, other: Tally): Tally {
  const names = Object.keys(sum) as (keyof Tally)[];
  return Object.fromEntries(names.map((name) => [name, sum[name] + other[name]])) as unknown as Tally;
}
