import type { LoopService } from './service.js';

/** As much of the API's records as the loop looks at. */
export interface OutboundRecord {
  readonly id: number;
  readonly lead_id: number;
  readonly to_email: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly provider: string;
  readonly message_id_header: string;
  readonly provider_message_id_header: string | null;
}

export interface InboundRecord {
  readonly id: number;
  readonly lead_id: number | null;
  readonly from_email: string;
  readonly subject: string;
  readonly in_reply_to_outbound_email_id: number | null;
  readonly match_method: string | null;
  readonly classification: string;
}

export interface LeadRecord {
  readonly id: number;
  readonly email: string;
  readonly status: string;
}

/** Everything that a list of the API holds: newest first, a page of 100 at a time. */
export async function listAll<Row>(service: LoopService, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | null = `${path}?limit=100`; next !== null;) {
    const page = await service.page(next);
    rows.push(...(page.rows as Row[]));
    next = page.next;
  }
  return rows;
}

/** Imports the leads, and sends each of them the campaign's mail. @returns the campaign's id */
export async function sendCampaign(service: LoopService, addresses: readonly string[]): Promise<number> {
  const { id } = await service.post<{ id: number }>('campaigns', { name: 'The loop' });
  for (const some of inHundreds(addresses)) {
    await service.post(`campaigns/${id}/leads`, {
      leads: some.map((email) => ({ email, first_name: 'Kit' })),
    });
  }
  const leads = await listAll<LeadRecord>(service, 'leads');
  for (const some of inHundreds(leads)) {
    await service.post('email/batch-send', {
      campaign_id: id,
      template: {
        subject: 'A question for {first_name}',
        body: '<p>Hello {first_name},</p><p>Shall we talk about your workshop next week?</p><p>Support</p>',
      },
      leads: some.map((lead) => ({ lead_id: lead.id })),
    });
  }
  return id;
}

function inHundreds<Item>(items: readonly Item[]): Item[][] {
  const groups: Item[][] = [];
  for (let start = 0; start < items.length; start += 100) groups.push(items.slice(start, start + 100));
  return groups;
}
