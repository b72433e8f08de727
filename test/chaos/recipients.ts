import { setTimeout as sleep } from 'node:timers/promises';
import { answer, received, type ReceivedMail } from '../demo/letters.js';
import { eventOf, signEvent } from '../support/fake-resend/events.mjs';
import type { MailRecord } from '../support/fake-resend/fake-resend.mjs';
import type { Provider } from './provider.js';
import type { Random } from './random.js';
import type { Ask, SequenceLoad, StopWay } from './sequence-load.js';

export interface RecipientSettings {
  readonly provider: Provider;
  readonly load: SequenceLoad;
  readonly random: Random;
  /** Ids of the leads that are enrolled, by address. */
  readonly leads: ReadonlyMap<string, number>;
  readonly webhookSecret: string;
  /** By the service's clock, in milliseconds since 1970. */
  readonly now: () => Promise<number>;
}

const LOOK_EVERY_MS = 100;

/** Of the mails that come in, so many in a hundred make their reader say no more. */
const STOPPING_SHARE = 30;

/** She takes her time: by then the next step is due, made, claimed or sent. */
const LONGEST_THOUGHT_MS = 2_000;

const WORDS = 'Who are you, and where did you get this address?';

/** Those who get the mail of sequences: they read what the provider took, and some have had enough. */
export class Recipients {
  private readonly answering = new Set<Promise<void>>();
  private readonly done = new Set<number>();
  private reading: Promise<void> | null = null;
  private isStopping = false;

  constructor(private readonly settings: RecipientSettings) {}

  start(): void {
    this.reading = this.read();
  }

  /** Returns when all that was begun has been answered. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.reading;
    await Promise.all(this.answering);
  }

  /** Each of these readers answers what she has got so far, at once. */
  async allReply(): Promise<void> {
    const mails = await this.settings.provider.newMails();
    await Promise.all(mails.map((mail) => this.react(mail, 'reply')));
  }

  private async read(): Promise<void> {
    const { provider, random, leads } = this.settings;
    while (!this.isStopping) {
      for (const mail of await provider.newMails()) {
        if (!leads.has(received(mail).to) || !random.chance(STOPPING_SHARE / 100)) continue;
        const answering = sleep(random.between(0, LONGEST_THOUGHT_MS))
          .then(() => this.react(mail, random.pick<StopWay>(['reply', 'unsubscribe', 'bounce'])))
          .finally(() => this.answering.delete(answering));
        this.answering.add(answering);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async react(record: MailRecord, way: StopWay): Promise<void> {
    const { leads, load, now } = this.settings;
    const mail = received(record);
    const lead = leads.get(mail.to);
    if (lead === undefined || this.done.has(lead)) return;
    this.done.add(lead);
    const isAnswered = await load.insist(this.askFor(way, mail, new Date(await now())));
    load.note({ kind: 'stop', way, lead, answeredAtMs: isAnswered ? await now() : null });
  }

  private askFor(way: StopWay, mail: ReceivedMail, at: Date): Ask {
    switch (way) {
      case 'reply':
        return {
          method: 'POST',
          path: 'api/cam/emails/inbound',
          headers: { 'content-type': 'message/rfc822' },
          body: answer(mail, WORDS, at),
        };
      case 'unsubscribe':
        return { method: 'POST', path: `u/${mail.unsubscribeToken}`, headers: {} };
      case 'bounce': {
        const event = eventOf('email.bounced', mail.record, {
          occurredAt: at,
          bounce: { type: 'Permanent', subType: 'General', message: '550 5.1.1 No such user' },
        });
        return {
          method: 'POST',
          path: 'webhooks/resend',
          headers: { 'content-type': 'application/json', ...signEvent(this.settings.webhookSecret, event) },
          body: event.body,
        };
      }
    }
  }
}
