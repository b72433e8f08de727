import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { RecipientStops } from '../recipients/recipient-stops.service.js';
import { type LinkedEmail, UnsubscribeRepository } from './unsubscribe.repository.js';

/** What the link at the end of a mail does. Who holds it may stop mail to the address that got it, and nothing else. */
@Injectable()
export class UnsubscribeService {
  constructor(
    private readonly database: Database,
    private readonly emails: UnsubscribeRepository,
    private readonly stops: RecipientStops,
  ) {}

  /** True when the token stands in a mail of ours, in whatever case a gateway has brought it. */
  async knows(token: string): Promise<boolean> {
    return (await this.find(token)) !== null;
  }

  /**
   * Suppresses the address and unsubscribes its lead, for good. Repeating it changes nothing.
   *
   * @returns false when no mail of ours has this token
   */
  async unsubscribe(token: string): Promise<boolean> {
    const email = await this.find(token);
    if (email === null) return false;
    await this.database.transaction((tx) =>
      this.stops.stop(tx, {
        leadId: email.leadId,
        campaignId: email.campaignId,
        occurredAt: email.askedAt,
        // Who follows it again, after a person has set her status back, means it again.
        mayRecur: true,
        address: email.address,
        cause: 'unsubscribe',
        evidence: `outbound:${email.id}`,
        reason: 'Unsubscribed by the link of a mail',
        expiresAt: null,
      }),
    );
    return true;
  }

  private async find(token: string): Promise<LinkedEmail | null> {
    const publicToken = token.toLowerCase();
    return /^[a-z2-7]{26}$/.test(publicToken) ? this.emails.findByToken(publicToken) : null;
  }
}
