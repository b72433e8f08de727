import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import type { EnrolledView } from '../../src/follow-ups/dto/enrolment.dto.js';
import { eventOf, tellEvent, type WebhookEvent } from '../support/fake-resend/events.mjs';
import type { FakeResend, MailRecord } from '../support/fake-resend/fake-resend.mjs';
import type { SimulatedClock } from './clock.js';
import { type ReceivedMail, received } from './letters.js';
import { BAD_LIST, FATES, peopleOf, type Person, type Reaction } from './people.js';
import type { DemoService } from './service-process.js';

/** A Monday, before the clocks of America (8 March) and Europe (29 March) change. */
export const BEGIN = new Date('2026-03-02T06:00:00Z');
const LATEST_END = new Date('2026-06-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** The clock moves in steps of so much at least. */
const GRID_MS = HOUR_MS;

const STEPS = [
  { template_type: 'first', delay_days: 0 },
  { template_type: 'second', delay_days: 3, business_days: true },
  { template_type: 'last', delay_days: 5, business_days: true, thread: 'new' },
];
const OFFICE_HOURS = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
const TEMPLATES: Readonly<Record<string, { subject: string; body: string }>> = {
  first: {
    subject: '{first_name}, a thought about {{ company }}',
    body: '<p>Hello {first_name},</p><p><a href="{{ cta_link }}">Have a look</a></p>',
  },
  second: { subject: 'unused: it goes on in the thread', body: '<p>{first_name}, did you see my mail?</p>' },
  last: { subject: 'Shall I close your file, {first_name}?', body: '<p>This is my last mail.</p>' },
};

/** A campaign, and the people whom it writes to. */
export interface DemoCampaign {
  readonly id: number;
  readonly name: string;
  readonly people: readonly Person[];
}

/** Something that happens at its time. */
interface Event {
  readonly at: number;
  readonly happen: () => Promise<void>;
}

export interface StorySetting {
  readonly service: DemoService;
  readonly provider: FakeResend;
  readonly clock: SimulatedClock;
  readonly webhookSecret: string;
}

/** Two campaigns and all who get their mail, from the first mail until nobody waits for anything any more. */
export class Story {
  readonly campaigns: DemoCampaign[] = [];
  private readonly people = new Map<string, Person>();
  private readonly mailsGot = new Map<string, number>();
  private events: Event[] = [];
  private heardOf = 0;

  constructor(private readonly setting: StorySetting) {}

  /** @returns when it was over */
  async run(): Promise<Date> {
    const { service, clock } = this.setting;
    let now = BEGIN;
    clock.set(now);
    await service.live(now);
    await this.launch('Spring outreach', 70, peopleOf(FATES, 'engines.example', 1));
    this.plan(48, now, () => this.launch('Bought list', 25, peopleOf(BAD_LIST, 'bought.example', 2)));

    for (;;) {
      clock.set(now);
      const dueAt = await service.live(now);
      await this.hearOfMail();
      await this.happen(now);
      const next = Math.min(this.nextEvent(), dueAt === null ? Infinity : onGrid(dueAt.getTime()));
      if (next === Infinity) return this.end();
      now = new Date(Math.max(next, now.getTime() + 60_000));
      if (now > LATEST_END) throw new Error('The story has no end');
    }
  }

  /** Has the last reactions judged and told. */
  private async end(): Promise<Date> {
    const { service, clock } = this.setting;
    const time = new Date(clock.now() + HOUR_MS);
    clock.set(time);
    await service.live(time);
    return time;
  }

  private async launch(name: string, dailyCap: number, people: readonly Person[]): Promise<void> {
    const { service } = this.setting;
    const { id } = await service.call<CampaignView>('POST', 'campaigns', {
      body: { name, max_emails_per_day: dailyCap, timezone: 'Europe/Berlin' },
    });
    for (const [type, template] of Object.entries(TEMPLATES)) {
      const cta = { cta_link: 'https://www.ours.example/demo' };
      const body = { campaign_id: id, template_type: type, ...template, ...(type === 'first' && cta) };
      await service.call('POST', 'templates', { body });
    }
    const leads = people.map(({ email, firstName, lastName, timeZone }) => ({
      email,
      first_name: firstName,
      last_name: lastName,
      company: `${lastName} Ltd`,
      timezone: timeZone,
    }));
    await service.call('POST', `campaigns/${id}/leads`, { body: { leads } });
    await service.call('PUT', `campaigns/${id}/sequence`, { body: { steps: STEPS, window: OFFICE_HOURS } });
    const { enrolled } = await service.call<EnrolledView>('POST', `campaigns/${id}/enrolments`, {
      body: { all: true },
    });
    if (enrolled !== people.length) throw new Error(`Of ${people.length} leads, ${enrolled} were enrolled`);
    for (const person of people) this.people.set(person.email, person);
    this.campaigns.push({ id, name, people });
  }

  /** What the provider was given since the last time: it tells of its delivery, and its reader does what she does. */
  private async hearOfMail(): Promise<void> {
    const { mails } = this.setting.provider.history;
    const fresh = mails.slice(this.heardOf);
    this.heardOf = mails.length;
    await Promise.all(fresh.map((record) => this.deliver(record)));
  }

  private async deliver(record: MailRecord): Promise<void> {
    const mail = received(record);
    const person = this.people.get(mail.to);
    if (person === undefined) throw new Error(`A mail went to ${mail.to}, whom nobody knows`);
    const step = (this.mailsGot.get(mail.to) ?? 0) + 1;
    this.mailsGot.set(mail.to, step);

    const reactions = person.fate.reactions(step, person);
    for (const reaction of reactions) {
      this.plan(reaction.afterHours, new Date(record.at), (at) => this.react(reaction, mail, at));
    }
    const returns = reactions.some(
      (reaction) => reaction.kind === 'event' && reaction.type === 'email.bounced',
    );
    if (!returns) await this.tell(eventOf('email.delivered', record, { occurredAt: new Date(record.at) }));
  }

  private async react(reaction: Reaction, mail: ReceivedMail, at: Date): Promise<void> {
    const { service } = this.setting;
    switch (reaction.kind) {
      case 'mail':
        await service.call('POST', 'emails/inbound', {
          body: reaction.write(mail, at),
          type: 'message/rfc822',
        });
        return;
      case 'unsubscribe':
        await service.call('POST', `/u/${mail.unsubscribeToken}`);
        return;
      case 'event':
        await this.tell(eventOf(reaction.type, mail.record, { occurredAt: at, ...reaction.details }));
    }
  }

  private async tell(event: WebhookEvent): Promise<void> {
    const { service, webhookSecret: secret } = this.setting;
    const status = await tellEvent({ url: `${service.url}/webhooks/resend`, secret }, event);
    if (status !== 200) throw new Error(`The webhook answered ${status}`);
  }

  private plan(afterHours: number, since: Date, happen: (at: Date) => Promise<void>): void {
    const at = onGrid(since.getTime() + afterHours * HOUR_MS);
    this.events.push({ at, happen: () => happen(new Date(at)) });
  }

  private nextEvent(): number {
    return Math.min(...this.events.map(({ at }) => at));
  }

  private async happen(now: Date): Promise<void> {
    const due = this.events.filter(({ at }) => at <= now.getTime());
    this.events = this.events.filter(({ at }) => at > now.getTime());
    for (const event of due.toSorted((one, other) => one.at - other.at)) await event.happen();
  }
}

function onGrid(atMs: number): number {
  return Math.ceil(atMs / GRID_MS) * GRID_MS;
}
