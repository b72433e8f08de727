import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';

/** The mail behind an unsubscribe link. */
export interface LinkedEmail {
  readonly id: number;
  readonly leadId: number;
  readonly campaignId: number;
  readonly address: string;
  /** When it was looked up. */
  readonly askedAt: Date;
}

@Injectable()
export class UnsubscribeRepository {
  constructor(private readonly database: Database) {}

  /** The mail whose link this is; null: none of ours. */
  async findByToken(publicToken: string): Promise<LinkedEmail | null> {
    const [row] = await this.database.query<LinkedEmail>(
      `SELECT id, lead_id AS "leadId", campaign_id AS "campaignId", to_email AS address, cam_now() AS "askedAt"
         FROM cam_outbound_emails WHERE public_token = $1`,
      [publicToken],
    );
    return row ?? null;
  }
}
