import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { ProofRepository } from '../dispatch/proof.repository.js';
import { TransitionsService } from '../../sequences/transitions.service.js';
import type { BounceKind } from '../entities/bounce.entity.js';
import { RecipientStops } from '../recipients/recipient-stops.service.js';
import { type DeliveryFact, withFact } from './delivery-state.js';
import {
  DeliveryRepository,
  type LockedEmail,
  type NewBounce,
  type Recipient,
} from './delivery.repository.js';

/** A report that one of our mails came back. */
export interface BounceReport {
  readonly outboundEmailId: number;
  /** The recipient that the report names, in the one form of addresses. */
  readonly address: string;
  readonly kind: BounceKind;
  /** Enhanced status code (RFC 3463) or the provider's own type; at most 20 characters count. */
  readonly statusCode: string | null;
  /** What the remote server said; at most 500 characters count. */
  readonly diagnostic: string | null;
  /** What told it: `inbound:7`, `event:msg_x`. */
  readonly evidence: string;
  readonly occurredAt: Date;
}

export interface ComplaintReport {
  readonly outboundEmailId: number;
  readonly evidence: string;
  readonly occurredAt: Date;
}

export interface UnsubscribeRequest {
  readonly outboundEmailId: number;
  /** `outbound:12` for the link in the mail, `inbound:7` for a reply. */
  readonly evidence: string;
  readonly occurredAt: Date;
  /** For people; at most 500 characters. */
  readonly reason: string;
}

/**
 * What becomes of mail after it was sent, and of those it went to. Each call works inside the transaction of whatever
 * told it and is safe to repeat; in whatever order reports come, they end alike. A call locks the mail's queue row, the
 * mail, its lead, her enrolments and last the fence of the suppressions: make no other locks after it.
 *
 * The caller has made sure that the report names our mail by an id or token of ours.
 */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly emails: DeliveryRepository,
    private readonly proofs: ProofRepository,
    private readonly stops: RecipientStops,
    private readonly transitions: TransitionsService,
  ) {}

  /** Takes the locks of a mail, for who must lock leads before reporting of it. */
  async lock(tx: Transaction, outboundEmailId: number): Promise<void> {
    await this.emails.lock(tx, outboundEmailId);
  }

  /**
   * Stores a bounce, once for its evidence and address. A hard one makes the mail BOUNCED and suppresses its address
   * for good; the third soft one within 30 days suppresses it until 30 days after; one of policy is only stored. That
   * mail comes back proves that it was sent: an open or UNKNOWN mail is settled first.
   *
   * A report of an address that the mail did not go to, or of a mail that nobody ever tried to send, is only stored:
   * strangers cannot suppress.
   */
  async recordBounce(tx: Transaction, report: BounceReport): Promise<void> {
    const { address, occurredAt } = report;
    const diagnostic = lineOf(report.diagnostic);
    const bounce: NewBounce = {
      address,
      kind: report.kind,
      outbound_email_id: report.outboundEmailId,
      status_code: lineOf(report.statusCode, STATUS_CODE_LENGTH),
      diagnostic,
      evidence: report.evidence,
      occurred_at: occurredAt,
    };
    const email = await this.lockSent(tx, report.outboundEmailId);
    if (email?.to_email !== address || report.kind === 'policy') {
      return this.emails.insertBounce(tx, bounce);
    }
    if (report.kind === 'soft') return this.recordSoftBounce(tx, email, bounce);

    await this.save(tx, email, { kind: 'bounced', occurredAt, detail: diagnostic });
    await this.emails.insertBounce(tx, bounce);
    await this.stops.stop(tx, {
      ...leadOf(email),
      occurredAt,
      address,
      cause: 'hard_bounce',
      evidence: report.evidence,
      reason: diagnostic ?? 'Mail to this address came back for good.',
      expiresAt: null,
    });
  }

  /** {@link recordBounce} by the provider itself, which knows whom the mail went to. */
  async recordReturn(tx: Transaction, report: Omit<BounceReport, 'address'>): Promise<void> {
    const recipient = await this.emails.findRecipient(tx, report.outboundEmailId);
    if (recipient !== null) await this.recordBounce(tx, { ...report, address: recipient.to_email });
  }

  /** The recipient, or her mailbox provider on her behalf, called the mail spam: she gets no more. */
  async recordComplaint(tx: Transaction, report: ComplaintReport): Promise<void> {
    const email = await this.lockSent(tx, report.outboundEmailId);
    if (email === null) return;
    await this.save(tx, email, { kind: 'complained', occurredAt: report.occurredAt });
    await this.stops.stop(tx, {
      ...leadOf(email),
      occurredAt: report.occurredAt,
      address: email.to_email,
      cause: 'complaint',
      evidence: report.evidence,
      reason: 'The recipient marked a mail as spam.',
      expiresAt: null,
    });
  }

  /** The recipient wants no more mail, by the link in a mail or by her own words. */
  async recordUnsubscribe(tx: Transaction, request: UnsubscribeRequest): Promise<void> {
    const recipient = await this.emails.findRecipient(tx, request.outboundEmailId);
    if (recipient === null) return;
    await this.stops.stop(tx, {
      ...leadOf(recipient),
      occurredAt: request.occurredAt,
      address: recipient.to_email,
      cause: 'unsubscribe',
      evidence: request.evidence,
      reason: lineOf(request.reason) ?? 'The recipient asked for no more mail.',
      expiresAt: null,
    });
  }

  /** Facts that stop nobody: the provider delivered the mail, or gave it up; she opened it, or followed a link. */
  async recordFact(
    tx: Transaction,
    outboundEmailId: number,
    fact: Exclude<DeliveryFact, { kind: 'complained' | 'bounced' | 'suppressed' }>,
  ): Promise<void> {
    const email = await this.lockSent(tx, outboundEmailId);
    if (email === null) return;
    await this.save(tx, email, fact.kind === 'failed' ? { ...fact, detail: lineOf(fact.detail) } : fact);
  }

  /**
   * The provider kept the mail back, because it has the address on a list of its own. No further mail would arrive
   * either, so the address is suppressed here too; it is not another bounce.
   */
  async recordProviderSuppression(
    tx: Transaction,
    report: ComplaintReport & { readonly detail: string | null },
  ): Promise<void> {
    const { occurredAt } = report;
    const detail = lineOf(report.detail);
    const email = await this.lockSent(tx, report.outboundEmailId);
    if (email === null) return;
    await this.save(tx, email, { kind: 'suppressed', occurredAt, detail });
    await this.stops.stop(tx, {
      ...leadOf(email),
      occurredAt,
      address: email.to_email,
      cause: 'hard_bounce',
      evidence: report.evidence,
      reason: detail ?? "The address is on the provider's own suppression list.",
      expiresAt: null,
    });
  }

  private async recordSoftBounce(tx: Transaction, email: LockedEmail, bounce: NewBounce): Promise<void> {
    const limits = await this.emails.insertSoftBounce(tx, bounce);
    const { evidence: told, occurred_at: occurredAt } = bounce;
    await this.transitions.apply(tx, {
      ...leadOf(email),
      occurredAt,
      cause: 'soft_bounce',
      evidence: told,
      isSure: true,
    });
    for (const { evidence, ends_at } of limits) {
      await this.stops.stop(tx, {
        ...leadOf(email),
        occurredAt,
        address: email.to_email,
        cause: 'soft_bounces',
        evidence,
        reason: 'Three mails within 30 days came back for the time being.',
        expiresAt: ends_at,
      });
    }
  }

  /** The mail as one that was sent; null when nobody ever tried to send it, so that nothing can be true of it. */
  private async lockSent(tx: Transaction, id: number): Promise<LockedEmail | null> {
    const sent = await this.emails.lockSent(tx, id);
    if (sent !== null) return sent;
    await this.proofs.settleByReportIn(tx, id);
    return this.emails.lockSent(tx, id);
  }

  private async save(tx: Transaction, email: LockedEmail, fact: DeliveryFact): Promise<void> {
    await this.emails.save(tx, email.id, withFact(email, fact));
  }
}

function leadOf({ lead_id, campaign_id }: Recipient): { leadId: number; campaignId: number } {
  return { leadId: lead_id, campaignId: campaign_id };
}

const TEXT_LENGTH = 500;
const STATUS_CODE_LENGTH = 20;

/** Remote text as one line that can be stored; null when there is nothing in it. */
function lineOf(text: string | null, length = TEXT_LENGTH): string | null {
  const line = text
    ?.toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, length)
    .toWellFormed();
  return line === undefined || line === '' ? null : line;
}
