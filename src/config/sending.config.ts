import { normalizeEmailAddress } from '../common/email-address.js';
import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig } from './feature-config.js';
import { httpsUrl } from './https-url.js';
import { integer, invalid, valid, type Parser } from './parser.js';
import { RecipientAllowlist, recipientAllowlist } from './recipient-allowlist.js';

/** Caps are compared with `integer` columns. */
const INT32_MAX = 2_147_483_647;

/** RFC 5321, 4.5.3.1.1: 64 octets for the local part, of which `+` and a 26-character token take 27. */
const LONGEST_REPLY_LOCAL_PART = 64 - 27;

const ianaTimeZone: Parser<string> = {
  allowed: 'UTC, GMT or an IANA Area/City name such as Europe/Berlin',
  parse: (text) => {
    // Offsets and abbreviations mean one thing to ICU and another to PostgreSQL (POSIX turns the sign round).
    const isAreaAndCity = /^(?!SystemV\/)[a-z_]+\/[a-z\d_+/-]+$/i.test(text);
    if (!isAreaAndCity && !['UTC', 'GMT'].includes(text)) return invalid('is not an Area/City name');

    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      return valid(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return invalid('is a time zone that this system does not know');
    }
  },
};

const replyAddress: Parser<string> = {
  allowed: `address@domain, at most ${LONGEST_REPLY_LOCAL_PART} characters before the @`,
  parse: (text) => {
    const parsed = normalizeEmailAddress(text);
    if (parsed.kind === 'invalid') return invalid(`is not a bare address (${parsed.detail})`);
    return parsed.address.lastIndexOf('@') > LONGEST_REPLY_LOCAL_PART
      ? invalid('leaves no room for "+" and a token before the @')
      : valid(parsed.address);
  },
};

const postalAddress: Parser<string> = {
  allowed: 'one line of at most 300 characters',
  parse: (text) => {
    if (text.length > 300) return invalid('is longer than 300 characters');
    return /[\p{C}\u2028\u2029]/u.test(text) ? invalid('holds a line end or control character') : valid(text);
  },
};

/** How much is sent, to whom, and how often it is tried. */
export class SendingConfig extends FeatureConfig {
  @EnvironmentVariable('AICMO_CAM_EMAIL_DAILY_CAP', integer({ min: 0, max: INT32_MAX }), {
    default: '500',
    doc: 'Mails per calendar day over all campaigns; 0: no cap.',
  })
  readonly dailyCap: number;

  @EnvironmentVariable('AICMO_CAM_EMAIL_BATCH_CAP', integer({ min: 0, max: INT32_MAX }), {
    default: '100',
    doc: 'Mails per batch-send call; 0: no cap but the 1,000 that a call takes at most.',
  })
  readonly batchCap: number;

  @EnvironmentVariable('AICMO_CAM_EMAIL_MAX_RETRIES', integer({ min: 0, max: 1_000 }), {
    default: '12',
    doc: 'Retries of a mail after its first attempt; attempts held back by a shut gate or a 429 do not count.',
  })
  readonly maxRetries: number;

  @EnvironmentVariable('AICMO_CAM_TIMEZONE', ianaTimeZone, {
    default: 'UTC',
    doc: 'IANA name of the time zone at whose midnight the daily caps start anew.',
  })
  readonly timeZone: string;

  @EnvironmentVariable('AICMO_CAM_EMAIL_ALLOWLIST_REGEX', recipientAllowlist, {
    doc: 'RE2 expression searched, whatever the case, in each recipient address; others get no mail; empty: all may.',
  })
  readonly allowlist: RecipientAllowlist | null;

  @EnvironmentVariable('AICMO_REPLY_ADDRESS', replyAddress, {
    doc: 'Address that answers go to, as local+token@domain with a token for each mail; empty: the sender gets them.',
  })
  readonly replyAddress: string | null;

  /** No trailing slash. */
  @EnvironmentVariable('AICMO_PUBLIC_URL', httpsUrl, {
    doc: 'URL under which recipients reach this service, for unsubscribe links; empty: mail carries none.',
  })
  readonly publicUrl: string | null;

  @EnvironmentVariable('AICMO_POSTAL_ADDRESS', postalAddress, {
    doc: "Sender's postal address, one line, at the end of every mail; empty: mail carries none.",
  })
  readonly postalAddress: string | null;
}
