/**
 * Faults by name. A fault `before` the mail is accepted replaces the work of the endpoint; a fault `after` lets the mail
 * be accepted (or answered from memory) and spoils only the good news. The others act within the endpoint.
 */
const FAULTS = {
  ok: null,
  slow: null,
  'sticky-500': null,
  answer: 'before',
  'reset-before': 'before',
  '500-before': 'before',
  'null-body': 'before',
  'html-502': 'before',
  unauthorized: 'before',
  'accept-then-reset': 'after',
  'accept-then-hang': 'after',
  'accept-then-stall': 'after',
  '500-after': 'after',
  'truncated-200': 'after',
  'empty-200': 'after',
  'empty-object-200': 'after',
};

/** Says which fault the next send meets: first those set for a number of sends, then the standing one. */
export class FaultPlan {
  #random;
  #standing = { fault: { mode: 'ok' }, probability: 1 };
  #next = [];

  /** @param {number} seed the same seed draws the same sends */
  constructor(seed) {
    this.#random = mulberry32(seed);
  }

  set(mode, { times, probability = 1 } = {}) {
    const fault = typeof mode === 'string' ? { mode } : mode;
    if (!Object.hasOwn(FAULTS, fault?.mode)) {
      throw new TypeError(`Unknown mode; there are: ${Object.keys(FAULTS).join(', ')}`);
    }
    if (times === undefined) this.#standing = { fault, probability };
    else this.#next.push(...Array.from({ length: times }, () => fault));
  }

  draw() {
    const fault = this.#next.shift();
    if (fault !== undefined) return fault;
    const { fault: standing, probability } = this.#standing;
    return probability >= 1 || this.#random() < probability ? standing : { mode: 'ok' };
  }
}

export function strikesBefore({ mode }) {
  return FAULTS[mode] === 'before';
}

export function strikesAfter({ mode }) {
  return FAULTS[mode] === 'after';
}

/** A small seeded generator of numbers in [0, 1); `Math.random` cannot be repeated. */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
