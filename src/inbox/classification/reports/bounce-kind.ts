import type { BounceKind } from '../classification.js';
import { replyCodeIn } from './enhanced-status.js';
import { SERVER_REASONS } from './server-reasons.js';

/** Longest part of a diagnostic that is judged. */
const MAX_JUDGED = 4000;

/** What a code says of the address (RFC 3463 and the IANA registry); the longest prefix that fits decides. */
const STATUS_KINDS: Readonly<Record<string, BounceKind>> = {
  '5.1': 'hard',
  '5.1.7': 'policy',
  '5.1.8': 'policy',
  '5.1.9': 'soft',
  '5.4.4': 'hard',
  '5.7.17': 'hard',
  '5.7.18': 'hard',
  '5.3.2': 'hard',
  '5.7': 'policy',
  '4.7': 'policy',
  '5': 'soft',
  '4': 'soft',
};

/**
 * Whether an address is dead, full or busy, or we were refused. What the server wrote goes before its code, because
 * servers say `5.1.1` of a full mailbox and `5.7.1` of an unknown user; a temporary code never makes an address dead
 * unless the words do.
 *
 * @param told what the server said, the words nearest to the recipient first
 * @param status enhanced status code; null: none
 */
export function bounceKind(told: readonly string[], status: string | null): BounceKind {
  for (const said of told) {
    const words = wordsOf(said);
    const reason = SERVER_REASONS.find(({ pattern }) => pattern.test(words));
    if (reason !== undefined) return reason.kind;
  }
  if (status !== null) return kindOfStatus(status);
  return kindOfReplyCode(told.map((said) => replyCodeIn(said)).find((code) => code !== null) ?? null);
}

/** Without addresses and links: `spam@example.com` says nothing of spam. */
function wordsOf(said: string): string {
  return said
    .slice(0, MAX_JUDGED)
    .toLowerCase()
    .replaceAll(/https?:\/\/[^\s<>]{1,1000}/g, ' ')
    .replaceAll(/[^\s<>()[\],;:"@]{1,64}@[^\s<>()[\],;:"@]{1,255}/g, 'addr')
    .replaceAll(/\s+/g, ' ');
}

function kindOfStatus(status: string): BounceKind {
  const [whole, subject] = [status, status.split('.', 2).join('.')];
  return STATUS_KINDS[whole] ?? STATUS_KINDS[subject] ?? STATUS_KINDS[status.charAt(0)] ?? 'soft';
}

/** `550` and `553` without a word of policy are how old servers say that there is no such mailbox. */
function kindOfReplyCode(code: string | null): BounceKind {
  if (code === '550' || code === '553' || code === '551') return 'hard';
  if (code === '554' || code === '571') return 'policy';
  return 'soft';
}
