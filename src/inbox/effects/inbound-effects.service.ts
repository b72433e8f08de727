import { Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { normalizeEmailAddress } from '../../common/email-address.js';
import type { Transaction } from '../../database/database.js';
import { DeliveryService } from '../../email/delivery/delivery.service.js';
import { RecipientStops } from '../../email/recipients/recipient-stops.service.js';
import type { SentMail } from '../../email/sent-mail/sent-mail.js';
import { LeadsService } from '../../leads/leads.service.js';
import type { ReportedRecipient } from '../classification/classification.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import { oneForm } from '../matching/clues.js';
import { type Effects, effectsOf, type StopEffect } from './effect-policy.js';

/** What of a stored mail says what it brings about. */
export type ActingMail = Pick<
  InboundEmail,
  | 'id'
  | 'lead_id'
  | 'from_email'
  | 'match_confidence'
  | 'sender_is_recipient'
  | 'classification'
  | 'classification_reason'
  | 'automatic'
  | 'labelled_by'
  | 'received_at'
  | 'email_metadata'
>;

const MAX_REASON = 500;

/** What mail that came in does to leads and to mail that went out: the one place where all of it begins. */
@Injectable()
export class InboundEffects {
  constructor(
    private readonly deliveries: DeliveryService,
    private readonly leads: LeadsService,
    private readonly recipients: RecipientStops,
  ) {}

  /**
   * Brings about what the mail means, in the transaction that stores, matches or labels it. Repeating it is safe.
   *
   * Call it last: it locks queue row, mail, lead and suppressions, in this order. Only what a person wrote is a reply, and
   * of the stops only an unsubscribe is written by a person: so no lead is locked before a mail.
   *
   * @param sent the mail that it is matched to; null: none
   */
  async apply(tx: Transaction, mail: ActingMail, sent: SentMail | null): Promise<Effects> {
    const effects = effectsOf({
      classification: mail.classification,
      automatic: mail.automatic,
      isComplaint: mail.email_metadata['kind'] === 'complaint',
      reportedRecipients: reportedRecipients(mail),
      isMatched: mail.lead_id !== null,
      matchConfidence: mail.match_confidence,
      senderIsRecipient: mail.sender_is_recipient,
      toEmail: sent?.toEmail ?? null,
      isLabelled: mail.labelled_by !== null,
    });
    if (mail.lead_id !== null && effects.isReply) {
      await this.leads.noteReply(tx, mail.lead_id, mail.received_at);
    }
    for (const stop of effects.stops) {
      if (sent === null) await this.stopSender(tx, mail);
      else await this.stop(tx, mail, sent, stop);
    }
    return effects;
  }

  /** A person has tied the mail to a lead, but to no mail of ours, and said that its writer wants no more. */
  private async stopSender(tx: Transaction, mail: ActingMail): Promise<void> {
    const from = normalizeEmailAddress(mail.from_email ?? '');
    if (mail.lead_id === null || from.kind === 'invalid') return;
    await this.recipients.stop(tx, {
      leadId: mail.lead_id,
      address: from.address,
      cause: 'unsubscribe',
      evidence: evidenceOf(mail.id),
      reason: mail.classification_reason,
      expiresAt: null,
    });
  }

  private async stop(tx: Transaction, mail: ActingMail, sent: SentMail, stop: StopEffect): Promise<void> {
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

/** What suppressions name as their cause when this mail brought them about. */
export function evidenceOf(inboundEmailId: number): string {
  return `inbound:${inboundEmailId}`;
}

/** As the reader stored them, their addresses in their one form. */
export function reportedRecipients({
  email_metadata,
}: Pick<InboundEmail, 'email_metadata'>): ReportedRecipient[] {
  const stored = (email_metadata['reported_recipients'] ?? []) as readonly ReportedRecipient[];
  return stored.map((recipient) => ({ ...recipient, address: oneForm(recipient.address) }));
}
