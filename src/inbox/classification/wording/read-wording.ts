import type { Wording } from '../classification.js';

/** What a person's own words say, quotes and signature cut off. */
export function readWording(_visibleText: string, _subject: string): Wording {
  return { class: 'NEUTRAL', confidence: 0.5, rules: [], evidence: null };
}
