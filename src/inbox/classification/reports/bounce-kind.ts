import type { BounceKind } from '../classification.js';
import { isUnspecific, replyCodeIn } from './enhanced-status.js';
import type { ServerReason } from './server-reason.js';
import { SERVER_REASONS, VAGUE_REASONS } from './server-reasons.js';

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
const ONLY_UNKNOWN = /user[ -]unknown|unknown[ -]user/i;
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
  const verdict = verdictOfWords(told, status) ?? verdictOfCode(told, status, reply);
  const isTemporary = (status ?? reply)?.startsWith('4') === true;
  return verdict.kind === 'hard' && isTemporary ? { kind: 'soft', rule: 'temporary' } : verdict;
}

/** True of words in which a server gives a reason that is known. */
export function tellsReason(words: string): boolean {
  return reasonIn(words, [...SERVER_REASONS, ...VAGUE_REASONS]) !== undefined;
}

/** Whose words follow are the refusing server's, and not those of the one that reports. */
const QUOTED =
  /(?:the other server returned was|the response (?:was|from the remote server was)|remote (?:host|server) (?:said|returned|responded|replied|reported)|\bsaid|responded with(?: failure)?|it responded as follows|server (?:response|message)|(?:reason|rejected|refused|failed|error)(?=\s{0,2}:)|<<<|(?<![\d.])[45]\d\d(?=[ -]))[\s:-]{0,6}(?=\S)/i;
/** Lists of refused senders that servers link to. */
const BLOCK_LIST =
  /spamhaus|spamcop|\bsorbs\b|barracudacentral|uceprotect|mail-abuse|senderbase|senderscore|abuseat|spamrats|uribl|surbl/i;

const LISTED: ServerReason = { id: 'blocked', kind: 'policy', pattern: BLOCK_LIST };

function withQuotedFirst(told: readonly string[]): string[] {
  return told.flatMap((said) => {
    const quoted = QUOTED.exec(said);
    return quoted === null ? [said] : [said.slice(quoted.index + quoted[0].length), said];
  });
}

function verdictOfWords(told: readonly string[], status: string | null): BounceVerdict | null {
  for (const said of withQuotedFirst(told)) {
    const found = reasonIn(said, SERVER_REASONS);
    if (found === undefined) continue;
    if (found.kind !== 'hard') return { kind: found.kind, rule: found.id };
    const all = told.join('\n');
    if ((status !== null && SENDER_STATUS.test(status)) || AFTER_SENDER.test(all)) {
      return { kind: 'policy', rule: 'sender-refused' };
    }
    const isFilter =
      found.id === 'unknown-user' &&
      status?.startsWith('5.1') !== true &&
      AFTER_DATA.test(all) &&
      ONLY_UNKNOWN.test(said);
    return isFilter ? { kind: 'soft', rule: 'refused-after-data' } : { kind: 'hard', rule: found.id };
  }
  return null;
}

function reasonIn(said: string, reasons: readonly ServerReason[]): ServerReason | undefined {
  if (reasons === SERVER_REASONS && BLOCK_LIST.test(said.slice(0, MAX_JUDGED))) return LISTED;
  const words = wordsOf(said);
  return reasons.find(({ pattern }) => pattern.test(words));
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

function verdictOfCode(told: readonly string[], status: string | null, reply: string | null): BounceVerdict {
  if (status !== null && !isUnspecific(status)) {
    const prefix = [status, status.split('.', 2).join('.'), status.charAt(0)].find(
      (one) => one in STATUS_KINDS,
    );
    return { kind: STATUS_KINDS[prefix ?? '5'] ?? 'soft', rule: `status-${prefix ?? status}` };
  }
  const vague = told.map((said) => reasonIn(said, VAGUE_REASONS)).find((found) => found !== undefined);
  if (vague !== undefined) return { kind: vague.kind, rule: vague.id };
  return { kind: kindOfReply(reply), rule: `reply-${reply ?? 'none'}` };
}

/**
 * A code without words that are known: few say for certain that no such mailbox is there. `550` is also how servers
 * refuse a sender, a filter's finding or a command, and a live address must not be suppressed for good by it.
 */
function kindOfReply(code: string | null): BounceKind {
  if (code === '551' || code === '521' || code === '556') return 'hard';
  if (code === '554' || code === '571') return 'policy';
  return 'soft';
}
