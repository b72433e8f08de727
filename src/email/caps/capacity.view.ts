import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import type { CapacityView } from './capacity.dto.js';
import { QuotaRepository } from './quota.repository.js';

interface UsageRow {
  id: number;
  cap: number | null;
  used: number;
}

/** What is left of today, in the mode in which this process sends. */
@Injectable()
export class CapacityReadModel {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
  ) {}

  async read(): Promise<CapacityView> {
    const today = '(cam_now() AT TIME ZONE $1)::date';
    const [global] = await this.database.query<{ resets_at: Date; used: number }>(
      `SELECT ((${today} + 1)::timestamp AT TIME ZONE $1) AS resets_at,
              COALESCE((SELECT used FROM cam_quota_counters
                         WHERE scope = 'global' AND scope_id = 0 AND day = ${today} AND simulated = $2), 0) AS used`,
      [this.quota.timeZone, this.provider.simulated],
    );
    if (global === undefined) throw new Error('The database knows no day');
    const campaigns = await this.database.query<UsageRow>(
      `SELECT c.id, c.max_emails_per_day AS cap, COALESCE(u.used, 0) AS used
         FROM cam_campaigns AS c
         LEFT JOIN cam_quota_counters AS u
           ON u.scope = 'campaign' AND u.scope_id = c.id AND u.day = ${today} AND u.simulated = $2
        ORDER BY c.id`,
      [this.quota.timeZone, this.provider.simulated],
    );
    const globalCap = this.quota.globalCap;
    return {
      resets_at: global.resets_at,
      global: { cap: globalCap, used: global.used, left: leftOf(globalCap, global.used) },
      campaigns: campaigns.map(({ id, cap, used }) => ({ id, cap, used, left: leftOf(cap, used) })),
    };
  }
}

/** null: no cap. A cap lowered below what is used leaves nothing. */
function leftOf(cap: number | null, used: number): number | null {
  return cap === null ? null : Math.max(0, cap - used);
}
