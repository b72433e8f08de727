import type { BounceKind } from '../classification.js';
import { replyCodeIn } from './enhanced-status.js';
import { SERVER_REASONS, type ServerReason } from './server-reasons.js';

/** How dead an address is, and the rule that says so: `mailbox-full`, `status-5.1`, `reply-550`. */
export interface BounceVerdict {
  readonly kind: BounceKind;
  readonly rule: string;
}

/** Longest part of a diagnostic that is judged. */
const MAX_JUDGED = 4000;

/** What a code says of the address (RFC 3463 and the IANA registry); the longest prefix that fits decides. */
const STATUS_KINDS: Readonly<Record<string, BounceKind>> = {
  '5.1': 'hard',
  '5.1.7': 'policy',
  '5.1.8': 'policy',
  '5.1.9': 'soft',
  '5.3.2': 'hard',
  '5.4.4': 'hard',
  '5.4.310': 'hard',
  '5.7': 'policy',
  '5.7.17': 'hard',
  '5.7.18': 'hard',
  '4.7': 'policy',
  '5': 'soft',
  '4': 'soft',
};

/** Codes about the sender: `no such domain` beside them is hers. */
const SENDER_STATUS = /^[45]\.1\.[78]$/;
const AFTER_SENDER = /(?:in reply to|after) mail from|>>> mail from[^\n]{0,300}\s{1,4}<<< 5/i;
/** A recipient who was taken and then refused with the whole mail is there: some filters only say that she is not. */
const AFTER_DATA = /(?:in reply to|after) end of data|>>> data\s{1,4}<<< 5/i;

/**
 * Whether an address is dead, full or busy, or we were refused. What the server wrote goes before its code, because
 * servers say `5.1.1` of a full mailbox and `5.7.1` of an unknown user; a temporary code never makes an address dead.
 *
 * @param told what the server said, the words nearest to the recipient first
 * @param status enhanced status code; null: none
 */
export function bounceVerdict(told: readonly string[], status: string | null): BounceVerdict {
  const reply = told.map((said) => replyCodeIn(said)).find((code) => code !== null) ?? null;
  const verdict = verdictOfWords(told, status) ?? verdictOfCode(status, reply);
  const isTemporary = (status ?? reply)?.startsWith('4') === true;
  return verdict.kind === 'hard' && isTemporary ? { kind: 'soft', rule: 'temporary' } : verdict;
}

/** True of words in which a server gives a reason that is known. */
export function tellsReason(words: string): boolean {
  return reasonIn(words) !== undefined;
}

function verdictOfWords(told: readonly string[], status: string | null): BounceVerdict | null {
  for (const said of told) {
    const found = reasonIn(said);
    if (found === undefined) continue;
    if (found.kind !== 'hard') return { kind: found.kind, rule: found.id };
    const all = told.join('\n');
    if ((status !== null && SENDER_STATUS.test(status)) || AFTER_SENDER.test(all)) {
      return { kind: 'policy', rule: 'sender-refused' };
    }
    const isFilter =
      found.id === 'unknown-user' && status?.startsWith('5.1') !== true && AFTER_DATA.test(all);
    return isFilter ? { kind: 'soft', rule: 'refused-after-data' } : { kind: 'hard', rule: found.id };
  }
  return null;
}

function reasonIn(said: string): ServerReason | undefined {
  const words = wordsOf(said);
  return SERVER_REASONS.find(({ pattern }) => pattern.test(words));
}

/** Without addresses, links and host names: `spam@example.com` and `spam.example.com` say nothing of spam. */
function wordsOf(said: string): string {
  return said
    .slice(0, MAX_JUDGED)
    .toLowerCase()
    .replaceAll(/https?:\/\/[^\s<>]{1,1000}/g, ' ')
    .replaceAll(/[^\s<>()[\],;:"@]{1,64}@[^\s<>()[\],;:"@]{1,255}/g, 'addr')
    .replaceAll(
      /(?<![\w.-])(?!resolver\.|storedrv\.)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\.[a-z]{2,20}(?![\w-])/g,
      ' ',
    )
    .replaceAll(/\s+/g, ' ');
}

function verdictOfCode(status: string | null, reply: string | null): BounceVerdict {
  if (status === null) return { kind: kindOfReply(reply), rule: `reply-${reply ?? 'none'}` };
  const prefix = [status, status.split('.', 2).join('.'), status.charAt(0)].find(
    (one) => one in STATUS_KINDS,
  );
  return { kind: STATUS_KINDS[prefix ?? '5'] ?? 'soft', rule: `status-${prefix ?? status}` };
}

/** `550` and its like without a word of policy are how old servers say that there is no such mailbox. */
function kindOfReply(code: string | null): BounceKind {
  if (code === '550' || code === '551' || code === '553' || code === '521' || code === '556') return 'hard';
  if (code === '554' || code === '571') return 'policy';
  return 'soft';
}
