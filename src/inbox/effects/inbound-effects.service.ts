import { Injectable } from '@nestjs/common';
import { Alerts } from '../../alerts/alert.js';
import { assertNever } from '../../common/assert-never.js';
import { normalizeEmailAddress } from '../../common/email-address.js';
import type { Transaction } from '../../database/database.js';
import { DeliveryService } from '../../email/delivery/delivery.service.js';
import { RecipientStops } from '../../email/recipients/recipient-stops.service.js';
import type { SentMail } from '../../email/sent-mail/sent-mail.js';
import { LeadsService } from '../../leads/leads.service.js';
import { transitionOf } from '../../sequences/transition-policy.js';
import { type MailEvent, TransitionsService } from '../../sequences/transitions.service.js';
import type { ReportedRecipient } from '../classification/classification.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import { InboundEmailsRepository } from '../ingest/inbound-emails.repository.js';
import { oneForm } from '../matching/clues.js';
import { type Effects, effectsOf, type StopEffect, type Told } from './effect-policy.js';

const MAX_REASON = 500;

/** What mail that came in does to leads and to mail that went out: the one place where all of it begins. */
@Injectable()
export class InboundEffects {
  constructor(
    private readonly emails: InboundEmailsRepository,
    private readonly deliveries: DeliveryService,
    private readonly leads: LeadsService,
    private readonly recipients: RecipientStops,
    private readonly transitions: TransitionsService,
    private readonly alerts: Alerts,
  ) {}

  /**
   * Brings about what the mail means, in the transaction that stores it. Repeating it is safe.
   *
   * Call it last: it locks queue row, mail, lead, enrolments and suppressions, in this order. Only what a person wrote is
   * a reply, and of the stops only an unsubscribe is written by a person: so no lead is locked before a mail.
   *
   * @param sent the mail that it is matched to; null: none
   */
  async apply(tx: Transaction, mail: InboundEmail, sent: SentMail | null): Promise<Effects> {
    const effects = this.effectsOf(mail, sent);
    await this.bringAbout(tx, mail, sent, effects);
    return effects;
  }

  /**
   * {@link apply} for a mail that meant something else, or something of somebody else, before it was matched or labelled
   * anew: takes back what it no longer tells of any lead. Its suppressions are the caller's to lift.
   *
   * @param by name of the API key of the person who said so
   */
  async applyAnew(
    tx: Transaction,
    before: InboundEmail,
    mail: InboundEmail,
    sent: SentMail | null,
    by: string,
  ): Promise<Effects> {
    const effects = this.effectsOf(mail, sent);
    // A mail is locked before any lead.
    if (sent !== null && effects.stops.length > 0) await this.deliveries.lock(tx, sent.id);
    await this.transitions.undo(tx, evidenceOf(mail.id), by, {
      keep:
        effects.told === null || mail.lead_id === null
          ? null
          : { leadId: mail.lead_id, cause: effects.told.cause },
      others: [before.lead_id, mail.lead_id].filter((id) => id !== null),
    });
    if (before.lead_id !== null) {
      await this.leads.correctLastReply(
        tx,
        before.lead_id,
        await this.emails.findLastReply(tx, before.lead_id),
      );
    }
    await this.bringAbout(tx, mail, sent, effects);
    return effects;
  }

  private effectsOf(mail: InboundEmail, sent: SentMail | null): Effects {
    const isLabelled = mail.labelled_by !== null;
    const effects = effectsOf({
      classification: mail.classification,
      automatic: mail.automatic,
      isComplaint: mail.email_metadata['kind'] === 'complaint',
      reportedRecipients: reportedRecipients(mail),
      isMatched: mail.lead_id !== null,
      matchConfidence: mail.match_confidence,
      senderIsRecipient: mail.sender_is_recipient,
      toEmail: sent?.toEmail ?? null,
      isLabelled,
    });
    const { told } = effects;
    const asksPerson = told !== null && !isLabelled && transitionOf(told.cause, told.isSure).asksPerson;
    return { ...effects, needsPerson: effects.needsPerson || asksPerson };
  }

  private async bringAbout(
    tx: Transaction,
    mail: InboundEmail,
    sent: SentMail | null,
    { isReply, stops, told }: Effects,
  ): Promise<void> {
    const { lead_id: leadId } = mail;
    if (leadId === null) return;
    if (isReply) await this.leads.noteReply(tx, leadId, mail.received_at);
    for (const stop of stops) {
      if (sent === null) await this.stopSender(tx, eventOf(mail, leadId), mail);
      else await this.stop(tx, mail, sent, stop);
    }
    if (stops.length === 0 && told !== null) await this.tell(tx, mail, leadId, told);
  }

  private async tell(tx: Transaction, mail: InboundEmail, leadId: number, told: Told): Promise<void> {
    const returnDate = mail.email_metadata['return_date'];
    const isNew = await this.transitions.apply(tx, {
      ...eventOf(mail, leadId),
      ...told,
      returnDate: typeof returnDate === 'string' ? returnDate : null,
    });
    if (isNew && told.cause === 'positive_reply') await this.alertToInterest(tx, mail, leadId);
  }

  /** However sure it is: the operator reads the mail before she acts on it. */
  private async alertToInterest(tx: Transaction, mail: InboundEmail, leadId: number): Promise<void> {
    await this.alerts.raise(tx, {
      kind: 'reply.positive',
      dedupeKey: `reply.positive:${evidenceOf(mail.id)}`,
      data: {
        inbound_email_id: mail.id,
        lead_id: leadId,
        campaign_id: mail.campaign_id,
        outbound_email_id: mail.in_reply_to_outbound_email_id,
      },
    });
  }

  /** A person has tied the mail to a lead, but to no mail of ours, and said that its writer wants no more. */
  private async stopSender(
    tx: Transaction,
    event: ReturnType<typeof eventOf>,
    mail: InboundEmail,
  ): Promise<void> {
    const from = normalizeEmailAddress(mail.from_email ?? '');
    if (from.kind === 'invalid') {
      await this.transitions.apply(tx, { ...event, cause: 'unsubscribe', isSure: true });
      return;
    }
    await this.recipients.stop(tx, {
      ...event,
      address: from.address,
      cause: 'unsubscribe',
      reason: mail.classification_reason,
      expiresAt: null,
    });
  }

  private async stop(tx: Transaction, mail: InboundEmail, sent: SentMail, stop: StopEffect): Promise<void> {
    const event = {
      outboundEmailId: sent.id,
      evidence: evidenceOf(mail.id),
      occurredAt: mail.received_at,
    };
    switch (stop.kind) {
      case 'bounce':
        return this.deliveries.recordBounce(tx, {
          ...event,
          address: sent.toEmail,
          kind: stop.bounce,
          statusCode: stop.status,
          diagnostic: stop.diagnostic,
        });
      case 'complaint':
        return this.deliveries.recordComplaint(tx, event);
      case 'unsubscribe':
        return this.deliveries.recordUnsubscribe(tx, {
          ...event,
          reason: `Answered: ${mail.classification_reason}`.slice(0, MAX_REASON),
        });
      default:
        return assertNever(stop);
    }
  }
}

/** What suppressions and transitions name as their cause when this mail brought them about. */
export function evidenceOf(inboundEmailId: number): string {
  return `inbound:${inboundEmailId}`;
}

function eventOf(
  mail: InboundEmail,
  leadId: number,
): Pick<MailEvent, 'leadId' | 'campaignId' | 'evidence' | 'occurredAt'> {
  return {
    leadId,
    campaignId: mail.campaign_id,
    evidence: evidenceOf(mail.id),
    occurredAt: mail.received_at,
  };
}

/** As the reader stored them, their addresses in their one form. */
export function reportedRecipients({
  email_metadata,
}: Pick<InboundEmail, 'email_metadata'>): ReportedRecipient[] {
  const stored = (email_metadata['reported_recipients'] ?? []) as readonly ReportedRecipient[];
  return stored.map((recipient) => ({ ...recipient, address: oneForm(recipient.address) }));
}
