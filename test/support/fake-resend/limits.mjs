import { problem } from './problems.mjs';

/** Requests per second of the whole account, counted in whole seconds of the clock. */
export class RateLimit {
  perSecond;
  #now;
  #second = -1;
  #used = 0;

  constructor(perSecond, now) {
    this.perSecond = perSecond;
    this.#now = now;
  }

  /** @returns the headers that every answer carries, and the refusal when the second is used up */
  take() {
    if (this.perSecond === undefined) return { headers: {}, refusal: undefined };
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#used = 0;
    }
    const isOver = this.#used >= this.perSecond;
    if (!isOver) this.#used += 1;
    const headers = {
      'ratelimit-limit': String(this.perSecond),
      'ratelimit-remaining': String(this.perSecond - this.#used),
      'ratelimit-reset': '1',
    };
    if (!isOver) return { headers, refusal: undefined };
    const message = `Too many requests. You can only make ${this.perSecond} requests per second.`;
    return {
      headers: { ...headers, 'retry-after': '1' },
      refusal: problem(429, 'rate_limit_exceeded', message),
    };
  }
}

/** Mails per UTC day and per UTC month. */
export class Quota {
  daily;
  monthly;
  #now;

  constructor({ daily, monthly }, now) {
    this.daily = daily;
    this.monthly = monthly;
    this.#now = now;
  }

  /** @returns the refusal when the mails accepted so far leave no room */
  refusal(mails) {
    if (this.daily !== undefined && countSince(dayStart(this.#now()), mails) >= this.daily) {
      return problem(429, 'daily_quota_exceeded', 'You have reached your daily email quota.');
    }
    if (this.monthly !== undefined && countSince(monthStart(this.#now()), mails) >= this.monthly) {
      return problem(429, 'monthly_quota_exceeded', 'You have reached your monthly email quota.');
    }
    return undefined;
  }
}

function countSince(start, mails) {
  return mails.filter(({ at }) => at >= start).length;
}

function dayStart(at) {
  return new Date(at).setUTCHours(0, 0, 0, 0);
}

function monthStart(at) {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}
