import { Inject, Injectable, Logger } from '@nestjs/common';
import { describeFault } from '../../common/fault-report.js';
import { within } from '../../common/within.js';
import { SendingConfig } from '../../config/sending.config.js';
import { classifyDatabaseError } from '../../database/database-error.js';
import { EmailSender } from '../dispatch/email-sender.service.js';
import { DISPATCH_TIMING, type DispatchTiming, type Lease } from '../dispatch/lease.js';
import type { LeasedEmail } from '../dispatch/leased-email.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { AcceptRepository } from './accept.repository.js';
import { EmailComposer } from './email-composer.service.js';
import type { AcceptContext, NewEmail } from './new-email.js';
import type { Refusal, SendEmailOutcome, SendEmailRequest } from './send-email.js';

/** A rendered mail that nobody has stored. */
export type PreviewOutcome =
  | { readonly kind: 'rendered'; readonly subject: string; readonly html: string; readonly text: string }
  | Refusal;

/** Sends one mail to one lead, once. */
@Injectable()
export class EmailSendingService {
  private readonly logger = new Logger(EmailSendingService.name);

  constructor(
    private readonly composer: EmailComposer,
    private readonly accepts: AcceptRepository,
    private readonly sender: EmailSender,
    private readonly sending: SendingConfig,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * Renders, stores and sends a mail. Stored before the provider is called, so a crash at any point leaves it sent,
   * waiting for its retry, or named as unknown.
   *
   * Never throws for anything that can happen in operation; resolves when the mail is settled, at the latest after
   * `answerWithinMs` of sending. Asking again with the same content and sequence number is safe: it is one mail.
   */
  async sendEmail(request: SendEmailRequest): Promise<SendEmailOutcome> {
    return orUnavailable(() => this.acceptAndSend(request));
  }

  /** What {@link sendEmail} would send, without storing or sending it. */
  async preview(request: SendEmailRequest): Promise<PreviewOutcome> {
    return orUnavailable(async () => {
      const made = await this.compose(request);
      if (made.kind !== 'made') return made;
      const { subject, html, text } = made.composed.content;
      return { kind: 'rendered', subject, html, text };
    });
  }

  private async acceptAndSend(request: SendEmailRequest): Promise<SendEmailOutcome> {
    const made = await this.compose(request);
    if (made.kind !== 'made') return made;
    const email = this.composer.freeze(made.composition, made.lead, request, made.composed);

    const result = await this.accepts.accept(this.context(request.campaignId), [email]);
    if (result.kind === 'campaign_paused') return result;
    const [accepted] = result.emails;
    if (accepted === undefined) throw new Error('One mail was offered and none was answered for');
    if (accepted.kind === 'existing') return { kind: 'existing', emailId: accepted.id };
    if (accepted.kind === 'over_cap') return accepted;
    if (accepted.kind === 'overtaken') throw new Error('Only the step of a sequence can be overtaken');

    if (accepted.lease !== null) {
      await this.sendWithin(this.sender.send(firstAttempt(email, accepted.lease, this.sending.maxRetries)));
    }
    return { kind: 'created', emailId: accepted.id };
  }

  private async compose(request: SendEmailRequest) {
    const { composition, leads } = await this.composer.prepare(request.campaignId, request.template, [
      request.leadId,
    ]);
    if (composition.kind !== 'ready') return composition;
    const lead = leads.get(request.leadId);
    if (lead === undefined) throw new Error('A lead was asked for and not answered');
    if ('kind' in lead) return lead;
    const composed = this.composer.render(composition, lead, request);
    return composed.kind === 'rendered' ? ({ kind: 'made', composition, lead, composed } as const) : composed;
  }

  private context(campaignId: number): AcceptContext {
    return {
      campaignId,
      provider: this.provider.getName(),
      simulated: this.provider.simulated,
      accountFingerprint: this.provider.accountFingerprint,
      maxRetries: this.sending.maxRetries,
      placing: 'lease',
    };
  }

  /** The caller's patience ends before the mail's way does: it goes on, and its record tells. */
  private async sendWithin(sending: Promise<void>): Promise<void> {
    const guarded = sending.catch((error: unknown) => {
      // The mail is stored: its lease ends, and the dispatcher takes it from there.
      this.logger.error({ event: 'outbound.send_interrupted', fault: describeFault(error) });
    });
    await within(this.timing.answerWithinMs, guarded);
  }
}

/** What a claim would read of the mail that was just stored. */
function firstAttempt(email: NewEmail, lease: Lease, maxRetries: number): LeasedEmail {
  return {
    lease,
    sendKey: email.sendKey,
    wire: {
      from: email.fromEmail,
      to: email.toEmail,
      subject: email.subject,
      html: email.html,
      text: email.text,
      replyTo: email.replyTo,
      headers: email.headers,
      tags: { cam_send: email.sendKey },
    },
    history: { attempt: 1, retryCount: 0, maxRetries, maybeSentBefore: false, maybeSentAgeMs: 0 },
    moment: null,
    thread: null,
  };
}

async function orUnavailable<Outcome>(work: () => Promise<Outcome>): Promise<Outcome | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (classifyDatabaseError(error) !== 'unavailable') throw error;
    return { kind: 'unavailable', cause: error };
  }
}
