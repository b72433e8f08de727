import { assertNever } from '../../../src/common/assert-never.js';
import { SuppressionsRepository } from '../../../src/suppressions/suppressions.repository.js';
import { createEngine, type Engine } from '../engine.js';
import {
  emptyTables,
  insertCampaign,
  insertLead,
  insertRow,
  insertTemplate,
  setClockTo,
} from '../factories.js';
import type { TestDatabase } from '../test-database.js';
import { type Beginning, type Command, MOST_STEPS, type Plan } from './commands.js';
import type { Books, History } from './history.js';
import { Ledger } from './ledger-provider.js';
import { MortalDatabase } from './mortal-database.js';
import { dateOf, DAY_MS } from './wall-clock-reading.js';

interface Process {
  readonly database: MortalDatabase;
  readonly engine: Engine;
}

/** Looks and claims that any history must come to its end with, once all is well. */
const MOST_ROUNDS = 400;

const MOST_POSTPONEMENTS = 2;

/** Two processes of the service over one database, a provider, and those who write, pause, plan and decide. */
export class World {
  private readonly processes: Process[] = [];
  private readonly suppressions: SuppressionsRepository;

  private constructor(
    private readonly db: TestDatabase,
    readonly ledger: Ledger,
    readonly history: History,
  ) {
    this.suppressions = new SuppressionsRepository(db.database);
    this.processes.push(this.bear(), this.bear());
  }

  static async begin(db: TestDatabase, beginning: Beginning): Promise<World> {
    await emptyTables(db);
    await setClockTo(db, beginning.at);
    const campaignIds: number[] = [];
    for (const [index, { timeZone, cap }] of beginning.campaigns.entries()) {
      const campaignId = await insertCampaign(db, { timezone: timeZone, max_emails_per_day: cap });
      campaignIds.push(campaignId);
      for (let step = 1; step <= MOST_STEPS; step += 1) {
        await insertTemplate(db, {
          campaign_id: campaignId,
          template_type: `step-${step}`,
          subject: 'Hello',
          body: `<p>c${index}s${step}</p>`,
        });
      }
    }
    const leads = [];
    for (const [index, timeZone] of beginning.leadTimeZones.entries()) {
      const email = `lead-${index}@lead.test`;
      const id = await insertLead(db, campaignIds[0] ?? 0, { email, timezone: timeZone });
      for (const other of campaignIds.slice(1)) {
        await insertRow(db, 'cam_campaign_leads', { campaign_id: other, lead_id: id });
      }
      leads.push({ id, email, timeZone });
    }
    const ledger = new Ledger(() => now(db));
    const world = new World(db, ledger, {
      beginning,
      campaignIds,
      leads,
      plans: [],
      pauses: [],
      suppressions: [],
      stops: [],
      hurries: [],
      absences: [],
      byHand: new Set(),
      exhausted: new Map(),
      log: [],
    });
    for (const [index, campaignId] of campaignIds.entries()) {
      const plan = beginning.campaigns[index]?.plan;
      if (plan !== undefined) await world.plan(campaignId, plan);
      await world.engine().sequences.enrol(campaignId, null);
    }
    return world;
  }

  async run(command: Command): Promise<void> {
    this.history.log.push(`${(await this.now()).toISOString()} ${JSON.stringify(command)}`);
    await this.carryOut(command);
    await this.noteExhausted();
  }

  /** All goes well from now on: looks and sends at the times that the service names, until nothing is open. */
  async finish(): Promise<void> {
    this.ledger.forecast([]);
    for (const index of this.history.campaignIds.keys()) await this.run({ kind: 'resume', campaign: index });
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      await this.openGates();
      await this.work(0, 'both');
      await this.noteExhausted();
      if (!(await this.clockToNext())) return;
    }
    throw new Error(`It does not come to an end:\n${await this.open()}`);
  }

  async books(): Promise<Books> {
    const [mails, attempts, enrolments] = [
      await this.db.query('SELECT * FROM cam_outbound_emails ORDER BY id'),
      await this.db.query('SELECT * FROM cam_send_attempts ORDER BY outbound_email_id, attempt'),
      await this.db.query('SELECT * FROM cam_enrolments ORDER BY id'),
    ];
    return { mails, attempts, enrolments } as Books;
  }

  private async carryOut(command: Command): Promise<void> {
    switch (command.kind) {
      case 'work':
        return this.work(command.process, command.part);
      case 'crash':
        this.processes[command.process]?.database.dieAfter(command.afterMoments);
        return this.work(command.process, command.part);
      case 'overtaken':
        return this.overtake(command);
      case 'together':
        await Promise.all([
          this.work(0, 'advance'),
          this.work(1, 'advance'),
          this.work(0, 'drain'),
          this.work(1, 'drain'),
          command.reply === null ? null : this.reply(command.reply),
        ]);
        return;
      case 'clock':
        return this.forward(command.minutes * 60);
      case 'clock to next':
        await this.clockToNext();
        return;
      case 'weather':
        this.ledger.forecast(command.weather);
        return;
      case 'reply':
        return this.reply(command.lead);
      case 'positive':
        return this.answerWithInterest(command.lead, command.campaign);
      case 'away':
        return this.beAway(command.lead, command.returnsInDays);
      case 'pause':
      case 'resume':
        return this.pauseOrResume(command.kind, this.campaignId(command.campaign));
      case 'suppress':
        return this.suppress(command.lead);
      case 'lift':
        return this.lift(command.lead);
      case 'put':
        return this.plan(this.campaignId(command.campaign), command.plan);
      case 'operator':
        return this.operate(command.deed, command.mail);
      case 'by hand':
        return this.sendByHand(command.lead, command.campaign, command.step);
      default:
        return assertNever(command);
    }
  }

  /** When something is due, a process falls asleep between two calls, and something else happens before it goes on. */
  private async overtake({
    process,
    part,
    atCall,
    by,
  }: Extract<Command, { kind: 'overtaken' }>): Promise<void> {
    const sleeper = this.processes[process]?.database;
    if (sleeper === undefined) throw new Error('There is no such process');
    await this.clockToNext();
    const sleep = sleeper.stallAt(atCall);
    const work = this.work(process, part);
    await Promise.race([sleep.reached, work]);
    await this.noteExhausted();
    await this.carryOut(by);
    sleep.goOn();
    await work;
  }

  /** One process at work, to the end of its work or of its life; another takes its place then. */
  private async work(index: 0 | 1, part: 'advance' | 'drain' | 'both'): Promise<void> {
    const process = this.processes[index];
    if (process === undefined) throw new Error('There is no such process');
    const { engine, database } = process;
    try {
      if (part !== 'drain') await engine.followUps.runOnce();
      if (part !== 'advance') await engine.dispatcher.drain();
      database.survive();
    } catch (error) {
      if (!database.isDead) throw error;
    }
    if (database.isDead && this.processes[index] === process) this.processes[index] = this.bear();
  }

  private bear(): Process {
    const { dailyCap, timeZone } = this.history.beginning;
    const database = new MortalDatabase(this.db.dataSource);
    const provider = this.ledger.doorFor(database);
    return { database, engine: createEngine({ database }, { provider, dailyCap, timeZone }) };
  }

  /** A process that is well. */
  private engine(): Engine {
    return createEngine(this.db, {
      provider: this.ledger.doorFor(new MortalDatabase(this.db.dataSource)),
      dailyCap: this.history.beginning.dailyCap,
      timeZone: this.history.beginning.timeZone,
    });
  }

  private async reply(lead: number): Promise<void> {
    const leadId = this.leadId(lead);
    const open = await this.stoppable(leadId);
    const { enrolments, leads } = this.engine();
    const at = await this.now();
    await this.db.database.transaction(async (tx) => {
      await enrolments.stopAll(tx, leadId, 'REPLIED', 'inbound:1');
      await leads.noteReply(tx, leadId, at);
    });
    await this.noteStops(open, 'REPLIED');
  }

  private async answerWithInterest(lead: number, campaign: number): Promise<void> {
    const [leadId, campaignId] = [this.leadId(lead), this.campaignId(campaign)];
    const open = await this.stoppable(leadId);
    const live = await this.live(leadId);
    const hasNext = this.planOf(campaignId).onPositive === 'next_step';
    const goesOn = open.filter(
      (row) => hasNext && row.campaign_id === campaignId && live.some(({ id }) => id === row.id),
    );
    const { enrolments, leads } = this.engine();
    const at = await this.now();
    await this.db.database.transaction(async (tx) => {
      await enrolments.answeredWithInterest(tx, leadId, campaignId, 'inbound:2');
      await leads.noteReply(tx, leadId, at);
    });
    const done = await this.now();
    for (const { id } of goesOn) this.history.hurries.push({ enrolmentId: id, at: done });
    await this.noteStops(
      open.filter((row) => !goesOn.includes(row)),
      'REPLIED',
    );
  }

  private async beAway(lead: number, returnsInDays: number | null): Promise<void> {
    const leadId = this.leadId(lead);
    const open = await this.stoppable(leadId);
    const receivedAt = await this.now();
    const returnDate = returnsInDays === null ? null : dateOf(receivedAt.getTime() + returnsInDays * DAY_MS);
    const { enrolments } = this.engine();
    await this.db.database.transaction((tx) =>
      enrolments.postponeAll(tx, leadId, { returnDate, receivedAt, evidence: 'inbound:3' }),
    );
    const at = await this.now();
    const { absences } = this.history;
    const isTooOften = ({ id }: { id: number }): boolean =>
      absences.filter(({ enrolmentId }) => enrolmentId === id).length === MOST_POSTPONEMENTS;
    const ended = open.filter(isTooOften);
    for (const row of open) {
      if (!ended.includes(row)) absences.push({ enrolmentId: row.id, receivedAt, at, returnDate });
    }
    await this.noteStops(ended, 'OUT_OF_OFFICE');
  }

  private async pauseOrResume(kind: 'pause' | 'resume', campaignId: number): Promise<void> {
    const { pauses } = this.history;
    const pause = pauses.find((span) => span.campaignId === campaignId && span.to === null);
    if (kind === 'resume') {
      if (pause !== undefined) pause.to = await this.now();
      await this.engine().campaigns.resume(campaignId, null, 'ops');
    } else if (pause === undefined) {
      await this.engine().campaigns.pause(campaignId, null, 'ops');
      pauses.push({ campaignId, from: await this.now(), to: null });
    }
  }

  private async suppress(lead: number): Promise<void> {
    const person = this.lead(lead);
    const { suppressions } = this.history;
    if (suppressions.some((span) => span.leadId === person.id && span.to === null)) return;
    const decided = await this.suppressions.decide({
      scope: 'address',
      target: person.email,
      cause: 'person',
      evidence: 'person',
      reason: 'She asked for it by phone',
      expires_at: null,
      created_by: 'ops',
    });
    if (decided === null) throw new Error('The suppression was refused');
    suppressions.push({ leadId: person.id, id: decided.id, from: await this.now(), to: null });
  }

  private async lift(lead: number): Promise<void> {
    const leadId = this.leadId(lead);
    const span = this.history.suppressions.find((one) => one.leadId === leadId && one.to === null);
    if (span === undefined) return;
    span.to = await this.now();
    await this.suppressions.remove(span.id, 'ops', 'A mistake');
  }

  private async plan(campaignId: number, plan: Plan): Promise<void> {
    await this.engine().sequences.replace(campaignId, plan);
    this.history.plans.push({ campaignId, plan, from: await this.now() });
  }

  /** A person who looks at the provider's records first, and tells the truth. */
  private async operate(deed: 'retry' | 'cancel' | 'resolve' | 'resend', mail: number): Promise<void> {
    const statuses = {
      retry: ['FAILED', 'DROPPED'],
      cancel: ['QUEUED'],
      resolve: ['UNKNOWN'],
      resend: ['UNKNOWN'],
    };
    const rows = await this.db.query<{ id: number; to_email: string; html_body: string }>(
      'SELECT id, to_email, html_body FROM cam_outbound_emails WHERE status = ANY($1) ORDER BY id',
      [statuses[deed]],
    );
    const row = rows[mail % Math.max(rows.length, 1)];
    if (row === undefined) return;
    const { operators } = this.engine();
    if (deed === 'retry') await operators.retry(row.id, 'ops');
    else if (deed === 'cancel') await operators.cancel(row.id, 'ops');
    else {
      const words = /c\d+s\d+/.exec(row.html_body)?.[0] ?? '';
      const isThere = this.ledger.hasAccepted(row.to_email, words);
      await operators.resolve(
        row.id,
        isThere ? 'sent' : deed === 'resend' ? 'resend' : 'not_sent',
        'ops',
        'Looked',
      );
    }
  }

  private async sendByHand(lead: number, campaign: number, step: number): Promise<void> {
    const outcome = await this.engine().sending.sendEmail({
      campaignId: this.campaignId(campaign),
      leadId: this.leadId(lead),
      template: { kind: 'stored', type: `step-${step}` },
      personalization: {},
      sequenceNumber: step,
      campaignSequenceId: null,
      toEmail: null,
    });
    if (outcome.kind === 'unavailable') {
      throw new Error('The database is not there', { cause: outcome.cause });
    }
    if (outcome.kind === 'created') this.history.byHand.add(outcome.emailId);
  }

  private async forward(seconds: number): Promise<void> {
    await this.db.query(
      'UPDATE cam_clock SET clock_offset = clock_offset + make_interval(secs => $1::float8)',
      [seconds],
    );
    await this.openGates();
  }

  /** The gate of the provider follows real time: whatever shut it is over when days have passed. */
  private async openGates(): Promise<void> {
    await this.db.query(
      `UPDATE cam_provider_gates
          SET next_free_at = '-infinity', shut_until = NULL, shut_reason = NULL, failure_streak = 0, breaker_trips = 0,
              probe_until = NULL, faulty_since = NULL`,
    );
  }

  /**
   * To the next moment that the service has named. What waits for its mail is looked at every hour too, in case that
   * nothing tells what became of it: nobody needs that here.
   *
   * @returns false when nothing is left to be looked at
   */
  private async clockToNext(): Promise<boolean> {
    const [row] = await this.db.query<{ seconds: number | null }>(
      `SELECT EXTRACT(EPOCH FROM min(at) - cam_now())::float8 AS seconds
         FROM (SELECT look_at AS at FROM cam_enrolments AS e
                WHERE NOT EXISTS (SELECT FROM cam_outbound_emails AS o
                                   WHERE o.enrolment_id = e.id AND o.status = 'QUEUED')
               UNION ALL SELECT due_at FROM cam_dispatch_queue) AS next
        WHERE at < 'infinity'`,
    );
    const seconds = row?.seconds ?? null;
    if (seconds === null) return false;
    if (seconds > 0) await this.forward(seconds + 1);
    return true;
  }

  /** What is still to be done, for a person to read. */
  private async open(): Promise<string> {
    const rows = [
      ...(await this.db.query(
        `SELECT id, lead_id, status, next_step, next_run_at, look_at, hold_code FROM cam_enrolments
          WHERE look_at IS NOT NULL`,
      )),
      ...(await this.db.query('SELECT * FROM cam_dispatch_queue')),
    ];
    return [...rows.map((row) => JSON.stringify(row)), ...this.history.log].join('\n');
  }

  private async noteExhausted(): Promise<void> {
    const rows = await this.db.query<{ id: number; campaign_id: number }>(
      `SELECT id, campaign_id FROM cam_enrolments WHERE status = 'EXHAUSTED'`,
    );
    const { exhausted } = this.history;
    for (const { id, campaign_id: campaignId } of rows) {
      if (!exhausted.has(id)) exhausted.set(id, this.planOf(campaignId).steps.length);
    }
  }

  private async noteStops(rows: readonly { id: number }[], reason: string): Promise<void> {
    const at = await this.now();
    for (const { id } of rows) this.history.stops.push({ enrolmentId: id, at, reason });
  }

  private async live(leadId: number): Promise<{ id: number; campaign_id: number }[]> {
    return this.db.query(
      `SELECT id, campaign_id FROM cam_enrolments WHERE lead_id = $1 AND status IN ('ACTIVE', 'POSTPONED')`,
      [leadId],
    );
  }

  /** Not ended, or ended by what became of a mail and not by a final word. */
  private async stoppable(leadId: number): Promise<{ id: number; campaign_id: number }[]> {
    const rows = await this.db.query<{ id: number; campaign_id: number }>(
      `SELECT id, campaign_id FROM cam_enrolments
        WHERE lead_id = $1 AND (status IN ('ACTIVE', 'POSTPONED') OR stop_reason IN ('FAILED', 'DROPPED', 'UNKNOWN'))`,
      [leadId],
    );
    return rows;
  }

  private planOf(campaignId: number): Plan {
    const last = this.history.plans.findLast((one) => one.campaignId === campaignId);
    if (last === undefined) throw new Error('The campaign has no plan');
    return last.plan;
  }

  private campaignId(index: number): number {
    const id = this.history.campaignIds[index];
    if (id === undefined) throw new Error('There is no such campaign');
    return id;
  }

  private leadId(index: number): number {
    return this.lead(index).id;
  }

  private lead(index: number): History['leads'][number] {
    const lead = this.history.leads[index];
    if (lead === undefined) throw new Error('There is no such lead');
    return lead;
  }

  private async now(): Promise<Date> {
    return now(this.db);
  }
}

async function now(db: TestDatabase): Promise<Date> {
  const [row] = await db.query<{ now: Date }>('SELECT cam_now() AS now');
  if (row === undefined) throw new Error('The database does not know the time');
  return row.now;
}
