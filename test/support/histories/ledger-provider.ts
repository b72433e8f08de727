import { randomUUID } from 'node:crypto';
import { assertNever } from '../../../src/common/assert-never.js';
import type { EmailProvider, SendOutcome, WireEmail } from '../../../src/email/provider/email-provider.js';
import type { MortalDatabase } from './mortal-database.js';

/** What the provider does with the next call. `lost`: it accepts, and its answer does not arrive. */
export type Weather =
  'accepted' | 'rejected' | 'deferred' | 'ambiguous' | 'unreachable' | 'lost' | 'caller dies';

/** A call, as the provider saw it. */
export interface LedgerCall {
  readonly at: Date;
  readonly sendKey: string;
  readonly to: string;
  /** Campaign and step, as the words of the mail say. */
  readonly words: string;
  /** It took responsibility for a mail that it did not know. */
  readonly isNewMail: boolean;
}

const DEDUPE_WINDOW_MS = 23 * 3600 * 1000;

/** The provider, which remembers what it was asked and when, and forgets keys after its window as a real one does. */
export class Ledger {
  readonly calls: LedgerCall[] = [];
  private readonly known = new Map<string, { readonly at: Date; readonly messageId: string }>();
  private weather: Weather[] = [];

  constructor(private readonly now: () => Promise<Date>) {}

  forecast(weather: readonly Weather[]): void {
    this.weather = [...weather];
  }

  /** Some call accepted a mail of these words to this address. */
  hasAccepted(to: string, words: string): boolean {
    return this.calls.some((call) => call.isNewMail && call.to === to && call.words === words);
  }

  /** The provider as one process reaches it. */
  doorFor(caller: MortalDatabase): EmailProvider {
    return {
      dedupeWindowMs: DEDUPE_WINDOW_MS,
      accountFingerprint: 'ledger',
      simulated: false,
      isConfigured: () => true,
      getName: () => 'Resend',
      send: (email, sendKey) => this.send(email, sendKey, caller),
    };
  }

  private async send(email: WireEmail, sendKey: string, caller: MortalDatabase): Promise<SendOutcome> {
    caller.live();
    const at = await this.now();
    const weather = this.weather.shift() ?? 'accepted';
    const accepts = weather === 'accepted' || weather === 'lost' || weather === 'caller dies';
    const mail = this.known.get(sendKey);
    const isKnown = mail !== undefined && at.getTime() - mail.at.getTime() < DEDUPE_WINDOW_MS;
    const messageId = isKnown ? mail.messageId : randomUUID();
    if (accepts && !isKnown) this.known.set(sendKey, { at, messageId });
    this.calls.push({
      at,
      sendKey,
      to: email.to,
      words: /c\d+s\d+/.exec(email.html)?.[0] ?? '',
      isNewMail: accepts && !isKnown,
    });
    switch (weather) {
      case 'accepted':
        return { kind: 'accepted', messageId };
      case 'rejected':
        return { kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' };
      case 'caller dies':
        return caller.die();
      case 'lost':
        return { kind: 'ambiguous', reason: 'lost' };
      case 'deferred':
      case 'ambiguous':
      case 'unreachable':
        return { kind: weather, reason: 'bad weather' };
      default:
        return assertNever(weather);
    }
  }
}
