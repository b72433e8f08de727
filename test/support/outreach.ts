import { emptyTables, insertCampaign, insertEmail, insertLead, insertRow, setClockTo } from './factories.js';
import { rawMail } from './inbox.js';
import type { TestDatabase } from './test-database.js';

export const JANE = 'jane@lead.test';

/** When mail to Jane was answered, unless a spec says otherwise: a Tuesday. */
export const ANSWERED_AT = new Date('2026-01-06T10:00:00Z');

const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
let answers = 0;

export interface EnrolmentState {
  readonly campaign_id: number;
  readonly status: string;
  readonly stop_reason: string | null;
  readonly stop_evidence: string | null;
  readonly next_run_at: Date | null;
  readonly postponements: number;
}

export interface TransitionRow {
  readonly cause: string;
  readonly from_status: string;
  readonly to_status: string;
  readonly evidence: string;
  readonly undone_by: string | null;
}

/** One lead in the sequences of two campaigns, and the first mail that she got: what an answer can move. */
export class Outreach {
  private constructor(
    private readonly db: TestDatabase,
    readonly leadId: number,
    readonly campaignIds: readonly [number, number],
    readonly emailId: number,
  ) {}

  /** In emptied tables; two hours after {@link ANSWERED_AT}. Her next steps are due on 8 January. */
  static async create(db: TestDatabase, { onPositive = 'stop' } = {}): Promise<Outreach> {
    await emptyTables(db);
    await setClockTo(db, '2026-01-06T12:00:00Z');
    const first = await insertCampaign(db, { name: 'First' });
    const second = await insertCampaign(db, { name: 'Second' });
    const leadId = await insertLead(db, first, {
      email: JANE,
      status: 'CONTACTED',
      last_contacted_at: new Date('2026-01-05T12:00:00Z'),
    });
    await insertRow(db, 'cam_campaign_leads', { campaign_id: second, lead_id: leadId });
    for (const campaignId of [first, second]) {
      await insertRow(db, 'cam_sequences', { campaign_id: campaignId, on_positive: onPositive });
      await insertRow(db, 'cam_enrolments', {
        campaign_id: campaignId,
        lead_id: leadId,
        simulated: false,
        next_step: 2,
        next_run_at: '2026-01-08T09:00:00Z',
        look_at: '2026-01-08T09:00:00Z',
      });
    }
    const outreach = new Outreach(db, leadId, [first, second], 1);
    await outreach.insertSent();
    return outreach;
  }

  /** A further mail that she got. @returns its id */
  async insertSent(token = TOKEN, fields: { to_email?: string } = {}): Promise<number> {
    return insertEmail(this.db, {
      campaign_id: this.campaignIds[0],
      lead_id: this.leadId,
      to_email: JANE,
      status: 'SENT',
      public_token: token,
      message_id_header: `<cam.${token}@sender.test>`,
      ...fields,
    });
  }

  /** A mail by her that names ours, unless the header fields say otherwise; each call makes another one. */
  answer(headers: Readonly<Record<string, string>> = {}): Buffer {
    answers += 1;
    return rawMail({
      From: JANE,
      To: `replies+${TOKEN}@in.sender.test`,
      'Message-ID': `<answer-${answers}@lead.test>`,
      ...headers,
    });
  }

  /** Under her name, and without a name of ours: anybody can write it. */
  forgery(): Buffer {
    return this.answer({ To: 'ada@sender.test' });
  }

  async lead(id = this.leadId): Promise<{ status: string; last_replied_at: Date | null }> {
    const [lead] = await this.db.query<{ status: string; last_replied_at: Date | null }>(
      'SELECT status, last_replied_at FROM cam_leads WHERE id = $1',
      [id],
    );
    if (lead === undefined) throw new Error(`There is no lead ${id}`);
    return lead;
  }

  async status(id = this.leadId): Promise<string> {
    return (await this.lead(id)).status;
  }

  /** Hers, by campaign. */
  async enrolments(): Promise<EnrolmentState[]> {
    return this.db.query<EnrolmentState>(
      `SELECT campaign_id, status, stop_reason, stop_evidence, next_run_at, postponements
         FROM cam_enrolments ORDER BY campaign_id`,
    );
  }

  /** `STOPPED REPLIED` and the like, by campaign. */
  async enrolmentStates(): Promise<string[]> {
    return (await this.enrolments()).map(({ status, stop_reason: reason }) =>
      reason === null ? status : `${status} ${reason}`,
    );
  }

  /** All that is on record, in its order. */
  async transitions(): Promise<TransitionRow[]> {
    return this.db.query<TransitionRow>(
      `SELECT cause, from_status, to_status, evidence, undone_by FROM cam_lead_transitions ORDER BY id`,
    );
  }

  /** The reasons in force to send her no mail. */
  async suppressions(): Promise<string[]> {
    const rows = await this.db.query<{ cause: string }>(
      'SELECT cause FROM cam_suppressions WHERE removed_at IS NULL ORDER BY id',
    );
    return rows.map(({ cause }) => cause);
  }
}
