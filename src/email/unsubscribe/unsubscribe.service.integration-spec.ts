import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDelivery } from '../../../test/support/delivery.js';
import { Outreach } from '../../../test/support/outreach.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { CampaignsRepository } from '../../campaigns/campaigns.repository.js';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import { LeadsRepository } from '../../leads/leads.repository.js';
import { LeadsService } from '../../leads/leads.service.js';
import { UnsubscribeRepository } from './unsubscribe.repository.js';
import { UnsubscribeService } from './unsubscribe.service.js';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz';

let db: TestDatabase;
let outreach: Outreach;
let service: UnsubscribeService;
beforeAll(async () => {
  db = await createTestDatabase();
  service = new UnsubscribeService(
    db.database,
    new UnsubscribeRepository(db.database),
    createDelivery(db).stops,
  );
});
beforeEach(async () => {
  outreach = await Outreach.create(db);
});
afterAll(() => db.drop());

const unsubscribed = { cause: 'unsubscribe', to_status: 'UNSUBSCRIBED', evidence: 'outbound:1' };

describe('UnsubscribeService', () => {
  it('ends what the lead would get of any campaign, once', async () => {
    expect(await service.unsubscribe(TOKEN)).toBe(true);
    expect(await service.unsubscribe(TOKEN.toUpperCase())).toBe(true);

    expect(await outreach.status()).toBe('UNSUBSCRIBED');
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED UNSUBSCRIBED', 'STOPPED UNSUBSCRIBED']);
    expect(await outreach.transitions()).toMatchObject([unsubscribed]);
    expect(await outreach.suppressions()).toEqual(['unsubscribe']);
  });

  it('takes the link at its word again after a person has set the status back', async () => {
    const leads = new LeadsService(
      new LeadsRepository(db.database),
      new CampaignsService(new CampaignsRepository(db.database)),
    );
    await service.unsubscribe(TOKEN);
    await leads.update(outreach.leadId, { status: 'CONTACTED' }, 'ops');
    await service.unsubscribe(TOKEN);

    expect(await outreach.status()).toBe('UNSUBSCRIBED');
    expect(await outreach.transitions()).toMatchObject([
      { ...unsubscribed, undone_by: 'cam' },
      { cause: 'person', from_status: 'UNSUBSCRIBED', to_status: 'CONTACTED', undone_by: null },
      { ...unsubscribed, undone_by: null },
    ]);
  });

  it('knows no token of nobody', async () => {
    expect(await service.unsubscribe('z'.repeat(26))).toBe(false);
    expect(await outreach.transitions()).toEqual([]);
  });
});
