import { Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { DomainError } from '../../common/domain-error.js';
import { Database, type Transaction } from '../../database/database.js';
import { SentMailLookup } from '../../email/sent-mail/sent-mail-lookup.service.js';
import type { SentMail } from '../../email/sent-mail/sent-mail.js';
import { LeadsService } from '../../leads/leads.service.js';
import { SuppressionsService } from '../../suppressions/suppressions.service.js';
import { evidenceOf, InboundEffects } from '../effects/inbound-effects.service.js';
import { needsReview } from '../effects/review.js';
import type { InboundEmail, StoredClass } from '../entities/inbound-email.entity.js';
import { InboundEmailsRepository } from '../ingest/inbound-emails.repository.js';
import { peopleOfStored } from '../matching/clues-of-stored.js';
import { CONFIDENCE, isAbout } from '../matching/match-policy.js';
import type { AttachInboundEmailDto } from './dto/inbound-email.dto.js';

/**
 * What a person may do to a mail that came in. `actor` is the name of her API key, empty when the process has none.
 *
 * What the mail had brought about by mistake is taken back: its suppressions, the status of a lead unless a person or
 * another event holds it too, and the time of her last reply. An enrolment that it has stopped stays stopped, as do a
 * mail that is BOUNCED and the record of a bounce.
 */
@Injectable()
export class InboundEmailsService {
  constructor(
    private readonly database: Database,
    private readonly emails: InboundEmailsRepository,
    private readonly sentMails: SentMailLookup,
    private readonly effects: InboundEffects,
    private readonly leads: LeadsService,
    private readonly suppressions: SuppressionsService,
  ) {}

  /**
   * Ties a mail to a lead, or to one of our mails and so to its lead. It then means what it would have meant, had it
   * named that mail: who wrote it must still be whom ours went to before it stops anybody.
   *
   * @throws DomainError `email_not_found`, `lead_not_found`, `email_of_other_lead`; `invalid_request` for no target
   */
  async attach(id: number, request: AttachInboundEmailDto, actor: string): Promise<void> {
    const { lead_id: leadId, in_reply_to_outbound_email_id: sentId } = request;
    if (leadId === undefined && sentId === undefined) {
      throw new DomainError('invalid_request', 'There is nothing to attach the mail to.', {
        errors: [
          { field: 'lead_id', code: 'required', detail: 'Give lead_id or in_reply_to_outbound_email_id.' },
        ],
      });
    }
    if (leadId !== undefined && !(await this.leads.findIds([leadId])).has(leadId)) {
      throw new DomainError('lead_not_found', `There is no lead ${leadId}.`);
    }
    await this.database.transaction(async (tx) => {
      const mail = await this.lock(tx, id);
      const sent = await this.findSent(tx, mail, request);
      if (sent?.id !== mail.in_reply_to_outbound_email_id) {
        await this.suppressions.lift(tx, evidenceOf(id), actor, 'Attached to another mail');
      }
      const attached = await this.emails.match(
        tx,
        id,
        {
          lead_id: sent?.leadId ?? leadId ?? null,
          campaign_id: sent?.campaignId ?? null,
          in_reply_to_outbound_email_id: sent?.id ?? null,
          match_method: 'person',
          match_confidence: CONFIDENCE.person,
          sender_is_recipient: sent !== null && isAbout({ people: peopleOfStored(mail) }, sent),
        },
        { attached_by: actor },
      );
      const effects = await this.effects.applyAnew(tx, mail, attached, sent, actor);
      await this.emails.setNeedsReview(tx, id, needsReview(attached, effects));
    });
  }

  /**
   * A person's label, which wins for ever. What the old one had caused is taken back, and what the new one means is done,
   * whoever wrote the mail: a person has read it.
   *
   * @throws DomainError `email_not_found`
   */
  async label(id: number, classification: StoredClass, actor: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const mail = await this.lock(tx, id);
      const sentId = mail.in_reply_to_outbound_email_id;
      const sent = sentId === null ? null : await this.sentMails.find(tx, sentId);
      if (mail.classification !== classification) {
        await this.suppressions.lift(tx, evidenceOf(id), actor, `Labelled ${classification}`);
      }
      const automatic = isAutomatic(classification, mail);
      const labelled = await this.emails.label(tx, id, { classification, automatic }, actor);
      await this.effects.applyAnew(tx, mail, labelled, sent, actor);
    });
  }

  private async lock(tx: Transaction, id: number): Promise<InboundEmail> {
    const mail = await this.emails.lock(tx, id);
    if (mail === null) throw inboundEmailNotFound(id);
    return mail;
  }

  /** The mail to attach to; one that it is about already stays when only its own lead is named. */
  private async findSent(
    tx: Transaction,
    mail: InboundEmail,
    { lead_id: leadId, in_reply_to_outbound_email_id: asked }: AttachInboundEmailDto,
  ): Promise<SentMail | null> {
    const present = mail.lead_id === leadId ? mail.in_reply_to_outbound_email_id : null;
    const sentId = asked ?? present;
    if (sentId === null) return null;
    const sent = await this.sentMails.find(tx, sentId);
    if (sent === null) throw new DomainError('email_not_found', `There is no mail ${sentId}.`);
    if (leadId !== undefined && sent.leadId !== leadId) {
      throw new DomainError('email_of_other_lead', `Mail ${sentId} went to lead ${sent.leadId}.`);
    }
    return sent;
  }
}

export function inboundEmailNotFound(id: number): DomainError {
  return new DomainError('email_not_found', `There is no mail ${id} that came in.`);
}

/**
 * A label tells who wrote a mail too, and no person writes a complaint. NEUTRAL leaves it open, but for what was taken
 * for an absence: whoever denies that and says nothing else has read an answer, and a sequence must not go on after one.
 */
function isAutomatic(label: StoredClass, mail: InboundEmail): boolean {
  switch (label) {
    case 'BOUNCE':
    case 'OOO':
      return true;
    case 'POSITIVE':
    case 'NEGATIVE':
      return false;
    case 'UNSUB':
      return mail.email_metadata['kind'] === 'complaint';
    case 'NEUTRAL':
      return mail.automatic && mail.classification !== 'OOO';
    default:
      return assertNever(label);
  }
}
