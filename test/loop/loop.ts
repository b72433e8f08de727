import { Client } from 'pg';
import type { Email } from 'postal-mime';
import { holdsWithin } from '../chaos/until.js';
import {
  type InboundRecord,
  type LeadRecord,
  listAll,
  type OutboundRecord,
  sendCampaign,
} from './campaign.js';
import { answerAll, readInbox } from './correspondent.js';
import type { MailHouse } from './mail-house.js';
import { CROWD, crowdOf, PEOPLE, type Person, SENDER } from './people.js';
import { type Finding, tableOf } from './report.js';
import type { LoopService } from './service.js';

export interface LoopOptions {
  readonly house: MailHouse;
  readonly service: LoopService;
  readonly databaseUrl: string;
  /** Leads whose answers come all at once, while the service is killed. */
  readonly crowd: number;
  readonly say: (text: string) => void;
}

const SENDING_DEADLINE_MS = 90_000;
const DELIVERY_DEADLINE_MS = 30_000;
const POLL_DEADLINE_MS = 60_000;

/** So many of the crowd's answers are stored when the service is killed, and hardly more. */
const SOME_OF_THEM = 10;

/** Longer than a poll's lease outlives the process that held it. */
const DEAD_LEASE = '4 minutes';

/** A campaign's mail and all that comes back for it, through servers as they run in the world. */
export class Loop {
  private readonly findings: Finding[] = [];
  private readonly crowd: readonly string[];

  constructor(private readonly options: LoopOptions) {
    this.crowd = crowdOf(options.crowd);
  }

  /** @returns everything that was looked at, whether it held or not */
  async run(): Promise<readonly Finding[]> {
    const { service, say } = this.options;
    await service.start();
    await this.send();
    await this.answer();
    await this.firstPolls();
    const before = await this.inbound();

    await service.kill();
    await service.start();
    await this.untilPolled(1);
    this.note('kill -9 between two polls brings nothing in twice', same(before, await this.inbound()));

    await this.killInTheMiddle();
    const after = await this.inbound();
    const ids = new Set(before.map(({ id }) => id));
    this.note(
      'kill -9 in the middle of a poll changes nothing that was stored',
      same(
        before,
        after.filter(({ id }) => ids.has(id)),
      ),
    );
    this.note('every answer of the crowd came in once', once(this.crowd, after));
    this.note(
      `${this.crowd.length} answers of the crowd are matched by token`,
      all(
        after.filter(({ id }) => !ids.has(id)),
        ({ match_method: method }) => method === 'token',
      ),
    );
    await this.lookAtMailboxes();
    await service.stop();
    say('');
    return this.findings;
  }

  /** Every lead gets one mail, but for the one who has no mailbox. */
  private async send(): Promise<void> {
    const { house, service, say } = this.options;
    await sendCampaign(service, [...PEOPLE.map(({ address }) => address), ...this.crowd]);
    await holdsWithin(SENDING_DEADLINE_MS, async () => (await this.unsent()).length === 0);
    const unsent = await this.unsent();
    const outbound = await this.outbound();
    say(`${outbound.length} mails handed to Postfix over ${outbound[0]?.provider ?? 'nothing'}.`);
    this.note('the mail server took every mail', unsent.length === 0 ? null : unsent.slice(0, 5).join(', '));
    this.note(
      'the Message-ID that the recipient sees is on record',
      all(outbound, (mail) => mail.provider_message_id_header === mail.message_id_header),
    );
    const arrived = await holdsWithin(
      DELIVERY_DEADLINE_MS,
      async () => (await readInbox(house, CROWD)).length === this.crowd.length,
    );
    this.note('every mail of the crowd arrived', arrived ? null : 'some are missing');
  }

  /** Postfix bounces, the vacation script answers, and people write. */
  private async answer(): Promise<void> {
    const { house } = this.options;
    const outbound = await this.outbound();
    for (const { address, answer } of PEOPLE) {
      if (answer === undefined) continue;
      await holdsWithin(DELIVERY_DEADLINE_MS, async () => (await readInbox(house, address)).length > 0);
      const [mail] = await readInbox(house, address);
      const sent = outbound.find(({ to_email: to }) => to === address);
      if (mail === undefined || sent === undefined) {
        this.note(`${address} got the mail`, 'she did not');
        continue;
      }
      this.note(`${address} got the mail under our Message-ID`, same(sent.message_id_header, mail.messageId));
      this.note(`${address} can answer and unsubscribe`, whatIsMissingOf(mail, sent));
      await answerAll(house, [{ ...answer, from: address, to: mail }]);
    }
    const arrived = await holdsWithin(
      DELIVERY_DEADLINE_MS,
      async () => (await readInbox(house, SENDER)).length >= PEOPLE.length,
    );
    this.note(
      'a bounce, an automatic reply and answers of people arrived',
      arrived ? null : 'some are missing',
    );
  }

  private async firstPolls(): Promise<void> {
    const { say } = this.options;
    await holdsWithin(POLL_DEADLINE_MS, async () => (await this.inbound()).length >= PEOPLE.length);
    await this.untilPolled(2);
    const [inbound, outbound, leads] = [await this.inbound(), await this.outbound(), await this.leads()];
    const suppressed = new Set((await this.suppressions()).map(({ address }) => address));
    this.note(
      'two polls bring each mail in once',
      inbound.length === PEOPLE.length ? null : `${inbound.length} of ${PEOPLE.length}`,
    );

    const rows = [['lead', 'came back', 'classified', 'matched by', 'to its mail', 'lead is', 'suppressed']];
    for (const person of PEOPLE) {
      const sent = outbound.find(({ to_email: to }) => to === person.address);
      const got = inbound.filter((mail) => mail.in_reply_to_outbound_email_id === sent?.id);
      const lead = leads.find(({ email }) => email === person.address);
      const row = [
        person.address,
        String(got.length),
        got[0]?.classification ?? '-',
        got[0]?.match_method ?? '-',
        got[0]?.lead_id === sent?.lead_id ? 'yes' : 'no',
        lead?.status ?? '-',
        suppressed.has(person.address) ? 'yes' : 'no',
      ];
      rows.push(row);
      this.note(`what came back for ${person.address}`, same(expectationOf(person), row));
    }
    say(`\n${tableOf(rows)}\n`);
  }

  /** The crowd's answers wait in the mailbox; the service is killed when it has stored some of them and not all. */
  private async killInTheMiddle(): Promise<void> {
    const { house, service, say } = this.options;
    await service.kill();
    const mails = await readInbox(house, CROWD);
    const answers = mails.map((mail) => ({
      from: mail.to?.[0]?.address ?? '',
      text: 'Thank you, I will think about it.',
      manner: 'reply' as const,
      to: mail,
    }));
    await answerAll(house, answers);
    const total = PEOPLE.length + this.crowd.length;
    await holdsWithin(DELIVERY_DEADLINE_MS, async () => (await readInbox(house, SENDER)).length >= total);

    await service.start();
    const client = new Client({ connectionString: this.options.databaseUrl });
    await client.connect();
    const count = async (): Promise<number> => {
      const { rows } = await client.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM cam_inbound_emails',
      );
      return rows[0]?.count ?? 0;
    };
    try {
      await holdsWithin(POLL_DEADLINE_MS, async () => (await count()) >= PEOPLE.length + SOME_OF_THEM);
      await service.kill();
      const atDeath = await count();
      say(`Killed in the middle of a poll, after ${atDeath - PEOPLE.length} of ${this.crowd.length} mails.`);
      this.note(
        'the kill struck in the middle of a poll',
        atDeath > PEOPLE.length && atDeath < total ? null : `${atDeath} of ${total} were stored`,
      );
      // The dead process holds the account until its lease is over.
      await client.query(`UPDATE cam_clock SET clock_offset = clock_offset + interval '${DEAD_LEASE}'`);
      await service.start();
      await holdsWithin(POLL_DEADLINE_MS, async () => (await count()) >= total);
      await this.untilPolled(1);
    } finally {
      await client.end();
    }
  }

  /** What the world got: nobody was written to twice, whatever was killed. */
  private async lookAtMailboxes(): Promise<void> {
    const { house } = this.options;
    const crowd = (await readInbox(house, CROWD)).map((mail) => mail.to?.[0]?.address ?? '');
    this.note(
      'nobody got a mail twice',
      crowd.length === new Set(crowd).size && crowd.length === this.crowd.length
        ? null
        : `${crowd.length} mails`,
    );
    const kept = await readInbox(house, SENDER);
    this.note(
      'every mail is still in the mailbox',
      kept.length === PEOPLE.length + this.crowd.length ? null : `${kept.length} are`,
    );
  }

  /** Waits for so many whole polls of the running process from now on. */
  private async untilPolled(times: number): Promise<void> {
    const { service } = this.options;
    const target = service.polls + times;
    if (!(await holdsWithin(POLL_DEADLINE_MS, () => service.polls >= target))) {
      throw new Error(`The service polls no more:\n${service.log.slice(-4_000)}`);
    }
  }

  private async inbound(): Promise<InboundRecord[]> {
    return listAll<InboundRecord>(this.options.service, 'emails/inbound');
  }

  private async outbound(): Promise<OutboundRecord[]> {
    return listAll<OutboundRecord>(this.options.service, 'emails/outbound');
  }

  private async unsent(): Promise<string[]> {
    const open = (await this.outbound()).filter(({ status }) => status !== 'SENT');
    return open.map(({ to_email: to, status, error_code: code }) =>
      `${to} is ${status} ${code ?? ''}`.trim(),
    );
  }

  private async leads(): Promise<LeadRecord[]> {
    return listAll<LeadRecord>(this.options.service, 'leads');
  }

  private async suppressions(): Promise<{ id: number; address: string | null }[]> {
    return listAll(this.options.service, 'suppressions');
  }

  private note(what: string, deviation: string | null): void {
    this.findings.push({ what, deviation });
  }
}

/** What a mail must carry so that its answer finds back, and its reader finds out (RFC 8058). */
function whatIsMissingOf(mail: Email, sent: OutboundRecord): string | null {
  const values = new Map(mail.headers.map(({ key, value }) => [key, value]));
  const carried = {
    replyTo: /^support\+[a-z2-7]{26}@sender\.test$/.test(mail.replyTo?.[0]?.address ?? ''),
    references: values.get('references') === sent.message_id_header,
    listUnsubscribe: /<https:\/\/mail\.sender\.test\/u\/[^>]+>/.test(values.get('list-unsubscribe') ?? ''),
    listUnsubscribePost: values.get('list-unsubscribe-post') === 'List-Unsubscribe=One-Click',
    footer: (mail.text ?? '').includes('1 Test Street') && (mail.html ?? '').includes('1 Test Street'),
  };
  const missing = Object.entries(carried).flatMap(([name, is]) => (is ? [] : [name]));
  return missing.length === 0 ? null : `without ${missing.join(', ')}`;
}

function expectationOf({ address, classification, matchMethod, leadStatus, suppressed }: Person): string[] {
  return [address, '1', classification, matchMethod, 'yes', leadStatus, suppressed ? 'yes' : 'no'];
}

function same(expected: unknown, got: unknown): string | null {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(got)];
  return a === b ? null : `expected ${a.slice(0, 1_000)}, got ${b.slice(0, 1_000)}`;
}

function all<Row extends { readonly id: number }>(
  rows: readonly Row[],
  holds: (row: Row) => boolean,
): string | null {
  const bad = rows.filter((row) => !holds(row)).map(({ id }) => id);
  return rows.length > 0 && bad.length === 0
    ? null
    : `${bad.length} of ${rows.length} do not, e.g. ${bad.slice(0, 5).join(', ')}`;
}

function once(addresses: readonly string[], inbound: readonly InboundRecord[]): string | null {
  const counts = addresses.map(
    (address) => inbound.filter(({ from_email: from }) => from === address).length,
  );
  const bad = addresses.filter((_, index) => counts[index] !== 1);
  return bad.length === 0 ? null : `${bad.length} did not, e.g. ${bad.slice(0, 5).join(', ')}`;
}
