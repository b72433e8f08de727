import { Inject, Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { SendingConfig } from '../../config/sending.config.js';
import type { Lead } from '../../leads/lead.entity.js';
import { Dispatcher } from '../dispatch/dispatcher.service.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { type Accepted, AcceptRepository } from '../sending/accept.repository.js';
import { type Composition, EmailComposer } from '../sending/email-composer.service.js';
import type { NewEmail, SteppingEnrolment } from '../sending/new-email.js';
import type { Refusal } from '../sending/send-email.js';
import type { ThreadMail } from '../sending/thread-headers.js';
import { partsOf } from './parts.js';
import { type Adopter, type StepMailRow, StepMailsRepository } from './step-mails.repository.js';

/** The mail of a step. */
export interface MailOfStep extends ThreadMail {
  readonly id: number;
  readonly step: number;
  readonly status: StoredStatus;
  readonly sentAt: Date | null;
  readonly errorCode: string | null;
  readonly subject: string;
}

/** A step that is due. */
export interface DueStep {
  readonly leadId: number;
  /** `sequence_number` of its mail. */
  readonly step: number;
  readonly enrolment: SteppingEnrolment;
  /** The mails that it goes on with, oldest first, under the subject of the first one; empty: it begins a thread. */
  readonly thread: readonly MailOfStep[];
}

/** Steps of one campaign that are made of one template. */
export interface DueSteps {
  readonly campaignId: number;
  readonly campaignSequenceId: number;
  readonly templateType: string;
  readonly steps: readonly DueStep[];
}

/**
 * stored: it has a mail, new or adopted, whose outcome decides what follows. overtaken: nothing is stored, because the
 * enrolment is not what it was. duplicate: she got the same words under the same number from elsewhere. paused: the
 * campaign is. refused: no mail can be made of the template for her.
 */
export type StepOutcome =
  | { readonly kind: 'stored' | 'overtaken' | 'duplicate' | 'paused' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** ready: a mail can be made of it. duplicate: she has a mail of the same words under the same number. */
export type StepPreview =
  | { readonly kind: 'ready' }
  | { readonly kind: 'duplicate'; readonly emailId: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Of bodies that one statement stores: a batch of long ones would take more time than a statement has. */
const MOST_CHARACTERS = 8_000_000;

/** Makes mail of the steps of sequences. */
@Injectable()
export class StepSending {
  constructor(
    private readonly composer: EmailComposer,
    private readonly accepts: AcceptRepository,
    private readonly mails: StepMailsRepository,
    private readonly dispatcher: Dispatcher,
    private readonly sending: SendingConfig,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
  ) {}

  /** Enrolments of simulated mail and of real mail are kept apart, as the mails are. */
  get simulated(): boolean {
    return this.provider.simulated;
  }

  /**
   * The mails of these enrolments, by step; one that somebody asked for under a step's number is adopted first. By
   * enrolment.
   */
  async findMails(adopters: readonly Adopter[]): Promise<Map<number, Map<number, MailOfStep>>> {
    await this.mails.adopt(adopters, this.provider.simulated);
    return this.bySteps(adopters, await this.mails.find(idsOf(adopters)));
  }

  /** What {@link findMails} would answer; nothing is adopted. */
  async previewMails(adopters: readonly Adopter[]): Promise<Map<number, Map<number, MailOfStep>>> {
    const [own, adoptable] = await Promise.all([
      this.mails.find(idsOf(adopters)),
      this.mails.findAdoptable(adopters, this.provider.simulated),
    ]);
    return this.bySteps(adopters, [...own, ...adoptable]);
  }

  private bySteps(
    adopters: readonly Adopter[],
    rows: readonly StepMailRow[],
  ): Map<number, Map<number, MailOfStep>> {
    const byEnrolment = new Map(idsOf(adopters).map((id) => [id, new Map<number, MailOfStep>()]));
    for (const row of rows) {
      byEnrolment.get(row.enrolment_id)?.set(row.sequence_number, {
        id: row.id,
        step: row.sequence_number,
        status: row.status,
        sentAt: row.sent_at,
        errorCode: row.error_code,
        subject: row.subject,
        messageIdHeader: row.message_id_header,
        providerMessageIdHeader: row.provider_message_id_header,
      });
    }
    return byEnrolment;
  }

  /** What {@link send} would make of one step, as far as words and lead decide; nothing is stored. */
  async preview({
    step,
    ...due
  }: Omit<DueSteps, 'steps'> & { readonly step: DueStep }): Promise<StepPreview> {
    const { composition, leads } = await this.composer.prepare(
      due.campaignId,
      { kind: 'stored', type: due.templateType },
      [step.leadId],
    );
    if (composition.kind !== 'ready') return { kind: 'refused', refusal: composition };
    const made = this.make(composition, leads.get(step.leadId), step, { ...due, steps: [step] });
    if (!isEmail(made)) return { kind: 'refused', refusal: made };
    const twin = await this.mails.findTwin(step.leadId, made.contentHash, step.step, this.provider.simulated);
    return twin === null ? { kind: 'ready' } : { kind: 'duplicate', emailId: twin };
  }

  /** One outcome for each step, in the order given. The mails take their places of the day when they are claimed. */
  async send(due: DueSteps): Promise<StepOutcome[]> {
    const { composition, leads } = await this.composer.prepare(
      due.campaignId,
      { kind: 'stored', type: due.templateType },
      due.steps.map(({ leadId }) => leadId),
    );
    if (composition.kind !== 'ready') return due.steps.map(() => ({ kind: 'refused', refusal: composition }));

    const made = due.steps.map((step) => this.make(composition, leads.get(step.leadId), step, due));
    const answers = await this.accept(due.campaignId, made.filter(isEmail));
    if (answers === null) return made.map((mail) => (isEmail(mail) ? { kind: 'paused' } : refused(mail)));
    return Promise.all(
      made.map(async (mail, index) => {
        if (!isEmail(mail)) return refused(mail);
        const [answer, step] = [answers.get(mail), due.steps[index]];
        if (answer === undefined || step === undefined) {
          throw new Error('A step was offered and not answered for');
        }
        return this.outcomeOf(answer, step);
      }),
    );
  }

  private make(
    composition: Composition,
    lead: Lead | Refusal | undefined,
    step: DueStep,
    { campaignSequenceId }: DueSteps,
  ): NewEmail | Refusal {
    if (lead === undefined) throw new Error('A lead was asked for and not answered');
    if ('kind' in lead) return lead;
    const composed = this.composer.render(composition, lead, { personalization: {}, toEmail: null });
    if (composed.kind !== 'rendered') return composed;
    const [first] = step.thread;
    const content = first === undefined ? composed.content : { ...composed.content, subject: first.subject };
    return this.composer.freeze(
      composition,
      lead,
      { sequenceNumber: step.step, campaignSequenceId },
      { ...composed, content },
      step,
    );
  }

  /** @returns null when the campaign is paused; what was stored before that has moved its enrolment */
  private async accept(
    campaignId: number,
    emails: readonly NewEmail[],
  ): Promise<Map<NewEmail, Accepted> | null> {
    const answers = new Map<NewEmail, Accepted>();
    for (const part of partsOf(emails, ({ html, text }) => html.length + text.length, MOST_CHARACTERS)) {
      const accepted = await this.acceptPart(campaignId, part);
      if (accepted === null) return null;
      for (const [email, answer] of accepted) answers.set(email, answer);
    }
    return answers;
  }

  private async acceptPart(
    campaignId: number,
    emails: readonly NewEmail[],
  ): Promise<Map<NewEmail, Accepted> | null> {
    const result = await this.accepts.accept(
      {
        campaignId,
        provider: this.provider.getName(),
        simulated: this.provider.simulated,
        accountFingerprint: this.provider.accountFingerprint,
        maxRetries: this.sending.maxRetries,
        placing: 'defer',
      },
      emails,
    );
    if (result.kind === 'campaign_paused') return null;
    this.dispatcher.nudge();
    return new Map(
      emails.map((email, index) => {
        const answer = result.emails[index];
        if (answer === undefined) throw new Error('A mail was offered and not answered for');
        return [email, answer];
      }),
    );
  }

  private async outcomeOf(answer: Accepted, { enrolment }: DueStep): Promise<StepOutcome> {
    switch (answer.kind) {
      case 'created':
        return { kind: 'stored' };
      case 'existing':
        return (await this.mails.adoptOne(answer.id, enrolment.id))
          ? { kind: 'overtaken' }
          : { kind: 'duplicate' };
      case 'overtaken':
        return { kind: 'overtaken' };
      case 'over_cap':
        throw new Error('A step takes its places when it is claimed');
      default:
        return assertNever(answer);
    }
  }
}

function idsOf(adopters: readonly Adopter[]): number[] {
  return adopters.map(({ enrolmentId }) => enrolmentId);
}

function isEmail(made: NewEmail | Refusal): made is NewEmail {
  return 'sendKey' in made;
}

function refused(refusal: Refusal): StepOutcome {
  return { kind: 'refused', refusal };
}
