import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type {
  EmailProvider,
  ProviderName,
  SendOutcome,
  WireEmail,
} from '../../src/email/provider/email-provider.js';

export interface FakeCall {
  readonly email: WireEmail;
  readonly sendKey: string;
  readonly timeoutMs: number;
}

/** A mail that the fake took responsibility for. */
export interface FakeMail {
  readonly messageId: string;
  readonly sendKey: string;
  readonly email: WireEmail;
}

interface FakeProviderOptions {
  readonly name?: ProviderName;
  readonly configured?: boolean;
  readonly simulated?: boolean;
  /** Default 23 h; 0 makes a provider that remembers no key. */
  readonly dedupeWindowMs?: number;
  /** Default: the one account of all fakes. */
  readonly accountFingerprint?: string;
}

type Step = (call: FakeCall) => SendOutcome | Promise<SendOutcome>;

/**
 * A provider that does as it is told: each call plays the next step of the script, and accepts when there is none.
 * Acceptance under a key that it knows answers the first message id and adds no mail, as a real provider's does.
 */
export class FakeEmailProvider implements EmailProvider {
  readonly dedupeWindowMs: number;
  readonly accountFingerprint: string;
  readonly simulated: boolean;
  /** Every call, in order. */
  readonly calls: FakeCall[] = [];
  /** Every mail that would have left, in order. */
  readonly accepted: FakeMail[] = [];
  /** Calls that met a mail accepted before, under the same key. */
  repeats = 0;
  /** Most calls that were under way at one time. */
  mostAtOnce = 0;

  private readonly name: ProviderName;
  private readonly configured: boolean;
  private readonly script: Step[] = [];
  private atOnce = 0;

  constructor(options: FakeProviderOptions = {}) {
    this.name = options.name ?? 'Resend';
    this.configured = options.configured ?? true;
    this.simulated = options.simulated ?? false;
    this.dedupeWindowMs = options.dedupeWindowMs ?? 23 * 60 * 60 * 1000;
    this.accountFingerprint = options.accountFingerprint ?? 'fake';
  }

  isConfigured(): boolean {
    return this.configured;
  }

  getName(): ProviderName {
    return this.name;
  }

  /** Appends outcomes to the script. An `accepted` one names the message id; other outcomes accept nothing. */
  answerNext(...outcomes: SendOutcome[]): void {
    for (const outcome of outcomes) {
      this.script.push((call) =>
        outcome.kind === 'accepted' ? this.accept(call, outcome.messageId) : outcome,
      );
    }
  }

  /** The next mail is accepted, but the answer is lost on its way: the worst case there is. */
  loseNextAnswer(): void {
    this.script.push((call) => {
      const outcome = this.accept(call);
      return outcome.kind === 'accepted' ? { kind: 'ambiguous', reason: 'the answer was lost' } : outcome;
    });
  }

  /** The next call runs into its time limit, and accepts nothing. */
  hangNext(): void {
    this.script.push(async ({ timeoutMs }) => {
      await delay(timeoutMs);
      return { kind: 'ambiguous', reason: 'no answer in time' };
    });
  }

  /** The next call waits for `until` and then accepts: for tests that act while a send is under way. */
  holdNext(until: Promise<void>): void {
    this.script.push(async (call) => {
      await until;
      return this.accept(call);
    });
  }

  async send(email: WireEmail, sendKey: string, timeoutMs: number): Promise<SendOutcome> {
    const call = { email, sendKey, timeoutMs };
    this.calls.push(call);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    try {
      const step = this.script.shift();
      return step === undefined ? this.accept(call) : await step(call);
    } finally {
      this.atOnce -= 1;
    }
  }

  private accept({ email, sendKey }: FakeCall, messageId = `fake-${randomUUID()}`): SendOutcome {
    const first =
      this.dedupeWindowMs > 0 ? this.accepted.find((mail) => mail.sendKey === sendKey) : undefined;
    if (first === undefined) {
      this.accepted.push({ messageId, sendKey, email });
      return { kind: 'accepted', messageId };
    }
    if (JSON.stringify(first.email) !== JSON.stringify(email)) {
      return { kind: 'conflicting', reason: 'this send key was used with another mail before' };
    }
    this.repeats += 1;
    return { kind: 'accepted', messageId: first.messageId };
  }
}
