import type { Random } from '../chaos/random.js';
import { eventOf, signable, type WebhookEvent } from '../support/fake-resend/events.mjs';

/** A mail that the seed holds, as Resend knows it. */
export interface SeededMail {
  readonly id: string;
  readonly messageId: string;
  readonly sendKey: string;
  readonly to: string;
  readonly at: number;
}

const HOUR_MS = 3_600_000;

/** What may become of a mail, each with its share in a hundred. */
const FATES: readonly (readonly [share: number, types: readonly string[]])[] = [
  [50, ['email.sent', 'email.delivered', 'email.opened', 'email.clicked', 'email.opened']],
  [12, ['email.sent', 'email.delivery_delayed', 'email.delivered', 'email.opened', 'email.complained']],
  [12, ['email.sent', 'email.delivered', 'hard', 'hard']],
  [14, ['email.sent', 'email.delivery_delayed', 'soft']],
  [6, ['email.sent', 'email.failed']],
  [4, ['email.sent', 'email.suppressed', 'email.failed']],
  [2, ['email.delivered', 'soft', 'hard', 'email.complained', 'email.suppressed', 'email.failed']],
];

/** So many of a hundred events are about mail of others, or about no mail. */
const FOREIGN_SHARE = 4;

/** The first `count` events, in the order in which they happened. */
export function tellStories(mails: readonly SeededMail[], count: number, random: Random): WebhookEvent[] {
  const events: { readonly at: number; readonly event: WebhookEvent }[] = [];
  for (let index = 0; events.length < count; index += 1) {
    const mail = mails[index % mails.length];
    if (mail === undefined) throw new Error('There is no mail to tell of');
    if (random.next() * 100 < FOREIGN_SHARE) events.push(foreignEvent(mail.at, index));
    let at = mail.at;
    for (const step of fateOf(random)) {
      at += Math.round(random.next() * 6 * HOUR_MS);
      events.push({ at, event: eventAbout(step, mail, new Date(at)) });
    }
  }
  return events
    .slice(0, count)
    .toSorted((one, other) => one.at - other.at)
    .map(({ event }) => event);
}

function fateOf(random: Random): readonly string[] {
  let share = random.next() * 100;
  for (const [width, types] of FATES) {
    if (share < width) return types;
    share -= width;
  }
  return ['email.sent'];
}

function eventAbout(step: string, { sendKey, to, ...mail }: SeededMail, occurredAt: Date): WebhookEvent {
  const wire = {
    ...mail,
    body: { from: 'Grace <grace@sender.test>', to, subject: 'Hello' },
    tags: [{ name: 'cam_send', value: sendKey }],
  };
  switch (step) {
    case 'hard':
      return eventOf('email.bounced', wire, {
        occurredAt,
        bounce: { type: 'Permanent', subType: 'General', message: '550 5.1.1 No such user' },
      });
    case 'soft':
      return eventOf('email.bounced', wire, {
        occurredAt,
        bounce: { type: 'Transient', subType: 'MailboxFull', message: '452 4.2.2 Mailbox full' },
      });
    case 'email.suppressed':
      return eventOf(step, wire, {
        occurredAt,
        suppressed: { type: 'OnAccountSuppressionList', message: 'On the list' },
      });
    case 'email.failed':
      return eventOf(step, wire, { occurredAt, failed: { reason: 'reached_daily_quota' } });
    default:
      return eventOf(step, wire, { occurredAt });
  }
}

function foreignEvent(at: number, index: number): { at: number; event: WebhookEvent } {
  const data =
    index % 2 === 0
      ? { id: `domain-${index}` }
      : { email_id: `other-${index}`, tags: { cam_send: '00000000-0000-4000-8000-000000000000' } };
  return { at, event: signable(index % 2 === 0 ? 'domain.updated' : 'email.bounced', new Date(at), data) };
}
