import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import type { OutboundEmailDetails, OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { BatchSendView, PreviewView } from '../../src/email/api/dto/send-email.dto.js';
import type { CapacityView } from '../../src/email/caps/capacity.dto.js';
import type { TemplateView } from '../../src/email/templates/dto/template.dto.js';
import type { LeadImportResult, LeadView } from '../../src/leads/dto/lead.dto.js';
import { type ApiClient, type OnWire, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** One campaign from its creation to its last mail: each test goes on where the one before ended. */
describe('a campaign, over the REST API', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;
  let firstMail: OnWire<OutboundEmailView>;
  let dropped: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({ databaseUrl: database.url });
    ({ api } = app);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('begins with a campaign', async () => {
    const created = await api.post<CampaignView>('campaigns', {
      name: 'Spring',
      timezone: 'europe/berlin',
      max_emails_per_day: 20,
      from_email: 'Grace <Grace@Mail.YourCompany.com>',
    });

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: 1,
      name: 'Spring',
      status: 'ACTIVE',
      timezone: 'Europe/Berlin',
      max_emails_per_day: 20,
      paused_at: null,
    });
    expect((await api.get<CampaignView>('campaigns/1')).body).toEqual(created.body);
    expect((await api.get<CampaignView[]>('campaigns')).body).toEqual([created.body]);
  });

  it('changes what a patch names, and nothing else', async () => {
    const before = (await api.get<CampaignView>('campaigns/1')).body;

    const patched = await api.patch<CampaignView>('campaigns/1', { timezone: null });

    expect(patched.status).toBe(200);
    expect(patched.body).toEqual({
      ...before,
      timezone: null,
      updated_at: expect.not.stringMatching(before.updated_at),
    });
  });

  it('takes people as JSON, and names the rows it leaves out', async () => {
    const imported = await api.post<LeadImportResult>('campaigns/1/leads', {
      leads: [
        { email: 'Ada@Engines.example', first_name: 'Ada', attributes: { industry: 'Optics' } },
        { email: 'nobody' },
        { email: 'ada@engines.example', first_name: 'Again' },
        { email: 'grace@navy.example', first_name: 'Grace', rank: 'Admiral' },
      ],
    });

    expect(imported.status).toBe(200);
    expect(imported.body).toMatchObject({
      created: 1,
      updated: 0,
      errors: [
        { index: 1, code: 'invalid_email' },
        { index: 2, code: 'duplicate' },
        { index: 3, code: 'unknown_property' },
      ],
    });
  });

  it('takes people as CSV, updates who is known, and makes attributes of other columns', async () => {
    const rows = ['E-Mail,First Name', 'x,y'].join('\n');
    const unnamed = await api.post('campaigns/1/leads', rows, { 'Content-Type': 'text/csv' });
    const csv =
      'Email,First Name,Plan\nada@engines.example,"Ada, Countess",\nalan@bletchley.example,Alan,gold\n';
    const imported = await api.post<LeadImportResult>('campaigns/1/leads', csv, {
      'Content-Type': 'text/csv; charset=utf-8',
    });

    expect(unnamed).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(imported.body).toEqual({ created: 1, updated: 1, errors: [] });
    const leads = await api.get<LeadView[]>('leads?campaign_id=1');
    expect(leads.body).toMatchObject([
      { id: 2, email: 'alan@bletchley.example', first_name: 'Alan', attributes: { plan: 'gold' } },
      {
        id: 1,
        first_name: 'Ada, Countess',
        attributes: { industry: 'Optics' },
        campaign_ids: [1],
        status: 'NEW',
      },
    ]);
  });

  it('patches a person, clearing what is null', async () => {
    const patched = await api.patch<LeadView>('leads/1', { first_name: 'Ada', attributes: { plan: 'free' } });

    expect(patched.body).toMatchObject({
      first_name: 'Ada',
      attributes: { industry: 'Optics', plan: 'free' },
    });
    const cleared = await api.patch<LeadView>('leads/1', { company: null });
    expect(cleared.body).toMatchObject({ first_name: 'Ada', company: null });
  });

  it("prefers the campaign's own template to the global one", async () => {
    const words = { template_type: 'intro', body: '<p>Hello {first_name},</p><p>{{ industry }}</p>' };
    const global = await api.post<TemplateView>('templates', { ...words, subject: 'Global' });
    const own = await api.post<TemplateView>('templates', {
      ...words,
      campaign_id: 1,
      subject: 'Hi {first_name}',
    });
    const again = await api.post('templates', { ...words, campaign_id: 1, subject: 'Hi' });

    const preview = await api.post<PreviewView>('email/preview', {
      campaign_id: 1,
      lead_id: 1,
      template_type: 'intro',
    });

    expect([global.status, own.status]).toEqual([201, 201]);
    expect(again).toMatchObject({ status: 409, body: { code: 'template_exists' } });
    expect(preview.status).toBe(200);
    expect(preview.body).toEqual({
      subject: 'Hi Ada',
      html: '<p>Hello Ada,</p><p>Optics</p>',
      text: 'Hello Ada,\n\nOptics',
    });
    expect(await countMails()).toBe(0);
  });

  it('sends a mail once: the same request again is the same mail', async () => {
    const request = { campaign_id: 1, lead_id: 1, template_type: 'intro' };

    const first = await api.post<OutboundEmailView>('email/send', request);
    const second = await api.post<OutboundEmailView>('email/send', request);

    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      status: 'SENT',
      provider: 'NoOp',
      simulated: true,
      subject: 'Hi Ada',
      to_email: 'ada@engines.example',
      from_email: 'Grace <grace@mail.yourcompany.com>',
      sequence_number: 1,
      error_code: null,
    });
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await countMails()).toBe(1);
    firstMail = first.body;
  });

  it('sends the same words again under another sequence number, or to another address', async () => {
    const request = { campaign_id: 1, lead_id: 1, template_type: 'intro' };

    const second = await api.post<OutboundEmailView>('email/send', { ...request, sequence_number: 2 });
    const elsewhere = await api.post<OutboundEmailView>('email/send', {
      ...request,
      to_email: 'Ada@Home.example',
    });

    expect(second).toMatchObject({ status: 201, body: { sequence_number: 2 } });
    expect(elsewhere).toMatchObject({ status: 201, body: { to_email: 'ada@home.example' } });
    expect(await countMails()).toBe(3);
  });

  it('answers a batch lead by lead, in the order asked', async () => {
    await api.post('campaigns/1/leads', {
      leads: [
        { email: 'c@x.example' },
        { email: 'd@x.example', first_name: 'Gone', attributes: { industry: 'Rail' } },
        { email: 'e@x.example', first_name: 'Late', attributes: { industry: 'Rail' } },
      ],
    });
    await api.patch('leads/4', { status: 'UNSUBSCRIBED' });
    await api.patch('campaigns/1', { max_emails_per_day: 4 });

    const sent = await api.post<BatchSendView>('email/batch-send', {
      campaign_id: 1,
      template_type: 'intro',
      leads: [
        { lead_id: 1 },
        { lead_id: 3 },
        { lead_id: 4 },
        { lead_id: 2, personalization: { industry: 'Ciphers' } },
        { lead_id: 5 },
        { lead_id: 404 },
      ],
    });

    expect(sent.status).toBe(202);
    expect(sent.body.accepted).toBe(1);
    expect(sent.body.items).toMatchObject([
      { lead_id: 1, outcome: 'duplicate', id: firstMail.id },
      { lead_id: 3, outcome: 'failed', code: 'missing_variables' },
      { lead_id: 4, outcome: 'dropped', code: 'UNSUBSCRIBED' },
      { lead_id: 2, outcome: 'queued' },
      { lead_id: 5, outcome: 'blocked', code: 'campaign_cap_reached' },
      { lead_id: 404, outcome: 'failed', code: 'lead_not_found' },
    ]);
    dropped = sent.body.items[2]?.id ?? 0;
    await app.drain();
    const queued = await api.get<OutboundEmailDetails>(`emails/outbound/${String(sent.body.items[3]?.id)}`);
    expect(queued.body).toMatchObject({ status: 'SENT', attempts: [{ attempt: 1, outcome: 'accepted' }] });
  });

  it('tells what is left of the day', async () => {
    const { body } = await api.get<CapacityView>('capacity');

    expect(body.global).toEqual({ cap: 500, used: 4, left: 496 });
    expect(body.campaigns).toEqual([{ id: 1, cap: 4, used: 4, left: 0 }]);
    expect(body.resets_at).toMatch(/T00:00:00.000Z$/);
  });

  it('leads through a filtered list page by page, the filters kept', async () => {
    const from = new Date(Date.parse(firstMail.queued_at)).toISOString();
    const filters = `campaign_id=1&lead_id=1&status=SENT&from=${from}&to=2999-01-01T00:00:00%2B02:00`;

    const pages = await allPages(`emails/outbound?${filters}&limit=1`);

    expect(
      pages.map(({ mails }) => mails.map(({ to_email, sequence_number }) => [to_email, sequence_number])),
    ).toEqual([[['ada@home.example', 1]], [['ada@engines.example', 2]], [['ada@engines.example', 1]]]);
    expect(pages.at(0)?.next).toEqual({
      campaign_id: '1',
      lead_id: '1',
      status: 'SENT',
      from,
      to: '2999-01-01T00:00:00+02:00',
      limit: '1',
      cursor: expect.any(String),
    });
  });

  it.each([
    ['to_email=ADA@home.example', ['ada@home.example']],
    ['status=DROPPED', ['d@x.example']],
    ['status=QUEUED', []],
    ['status=SENDING', []],
    ['lead_id=2', ['alan@bletchley.example']],
    ['campaign_id=2', []],
    ['to=2000-01-01T00:00:00Z', []],
  ])('lists by %s', async (filter, recipients) => {
    const { body } = await api.get<OutboundEmailView[]>(`emails/outbound?${filter}`);

    expect(body.map(({ to_email }) => to_email)).toEqual(recipients);
  });

  it('shows one mail with its attempts', async () => {
    const { status, body } = await api.get<OutboundEmailDetails>(`emails/outbound/${firstMail.id}`);

    expect(status).toBe(200);
    expect(body).toEqual({
      ...firstMail,
      operator_actions: [],
      provider_events: [],
      attempts: [
        {
          attempt: 1,
          started_at: expect.any(String),
          finished_at: expect.any(String),
          outcome: 'accepted',
          code: null,
          reason: null,
          provider_message_id: firstMail.provider_message_id,
        },
      ],
    });
  });

  it('accepts nothing new while it is paused, and still tells of what exists', async () => {
    await api.patch('campaigns/1', { max_emails_per_day: null });
    const paused = await api.put<CampaignView>('campaigns/1/pause', { reason: 'Waiting for legal' });
    const request = { campaign_id: 1, lead_id: 1, template_type: 'intro' };

    const fresh = await api.post('email/send', { ...request, sequence_number: 3 });
    const batch = await api.post('email/batch-send', {
      campaign_id: 1,
      template_type: 'intro',
      leads: [{ lead_id: 5 }],
    });
    const known = await api.post<OutboundEmailView>('email/send', request);

    expect(paused.body).toMatchObject({
      status: 'PAUSED',
      pause_reason: 'Waiting for legal',
      paused_at: expect.any(String),
    });
    expect(fresh).toMatchObject({ status: 409, body: { code: 'campaign_paused' } });
    expect(batch).toMatchObject({ status: 409, body: { code: 'campaign_paused' } });
    expect(known).toMatchObject({ status: 200, body: { id: firstMail.id } });

    const resumed = await api.put<CampaignView>('campaigns/1/resume', { reason: 'Legal has agreed' });
    expect(resumed.body).toMatchObject({
      status: 'ACTIVE',
      pause_reason: null,
      paused_at: null,
      resume_reason: 'Legal has agreed',
    });
    const after = await api.post('email/send', { ...request, sequence_number: 3 });
    expect(after.status).toBe(201);
  });

  it('holds what waits while it is paused, and sends it once resumed', async () => {
    const waiting = await deferOne(5);
    await api.put('campaigns/1/pause');
    await api.patch('campaigns/1', { max_emails_per_day: null });

    await app.drain();
    const held = await mailOf(waiting);
    await api.put('campaigns/1/resume');
    await app.drain();
    await app.drain();

    expect(held).toMatchObject({ status: 'QUEUED', metadata: { waits_for: 'cap' } });
    expect(await mailOf(waiting)).toMatchObject({ status: 'SENT', next_retry_at: null });
  });

  it('cancels a mail that waits, once and for all', async () => {
    const waiting = await deferOne(2);
    const before = await mailOf(waiting);

    const cancelled = await api.post<OutboundEmailView>(`emails/outbound/${waiting}/cancel`);
    const twice = await api.post<OutboundEmailView>(`emails/outbound/${waiting}/cancel`);
    const tooLate = await api.post(`emails/outbound/${firstMail.id}/cancel`);

    expect(before).toMatchObject({ status: 'QUEUED', metadata: { waits_for: 'cap' } });
    expect(Date.parse(before.next_retry_at ?? '')).toBeGreaterThan(Date.parse(before.queued_at));
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'DROPPED', error_code: 'CANCELLED' } });
    expect(twice.body).toEqual(cancelled.body);
    expect(tooLate).toMatchObject({ status: 409, body: { code: 'email_not_cancellable' } });
    await api.patch('campaigns/1', { max_emails_per_day: null });
    await app.drain();
    expect(await mailOf(waiting)).toMatchObject({ status: 'DROPPED' });
  });

  it('retries what was dropped, with all its checks made again', async () => {
    const id = dropped;

    const early = await api.post<OutboundEmailView>(`emails/outbound/${id}/retry`);
    await app.drain();
    const stillOut = await mailOf(id);
    await api.patch('leads/4', { status: 'NEW' });
    const retried = await api.post<OutboundEmailView>(`emails/outbound/${id}/retry`);
    await app.drain();

    expect(early).toMatchObject({ status: 200, body: { id } });
    expect(stillOut).toMatchObject({ status: 'DROPPED', error_code: 'UNSUBSCRIBED' });
    expect(retried).toMatchObject({ status: 200, body: { error_code: null } });
    expect(await mailOf(id)).toMatchObject({ status: 'SENT' });
    expect(await api.post(`emails/outbound/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'email_not_retryable' },
    });
  });

  it('keeps a replaced template in its campaign, unless told to make it global', async () => {
    const words = { template_type: 'intro', subject: 'Hello {first_name}', body: '<p>Hello</p>' };

    const replaced = await api.put<TemplateView>('templates/2', words);
    const asGlobal = await api.put('templates/2', { ...words, campaign_id: null });

    expect(replaced).toMatchObject({ status: 200, body: { campaign_id: 1, subject: 'Hello {first_name}' } });
    expect(asGlobal).toMatchObject({ status: 409, body: { code: 'template_exists' } });
  });

  it('forgets a template, and keeps the mails made of it', async () => {
    const deleted = await api.delete('templates/2');
    const again = await api.delete('templates/2');

    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect(again).toMatchObject({ status: 404, body: { code: 'template_not_found' } });
    expect(await mailOf(firstMail.id)).toMatchObject({ subject: 'Hi Ada' });
    const preview = await api.post<PreviewView>('email/preview', {
      campaign_id: 1,
      lead_id: 1,
      template_type: 'intro',
    });
    expect(preview.body.subject).toBe('Global');
  });

  async function countMails(): Promise<number> {
    return (await database.query('SELECT 1 FROM cam_outbound_emails')).length;
  }

  async function mailOf(id: number): Promise<OnWire<OutboundEmailDetails>> {
    return (await api.get<OutboundEmailDetails>(`emails/outbound/${id}`)).body;
  }

  /** Fills the campaign's cap and queues one mail behind it. */
  async function deferOne(leadId: number): Promise<number> {
    await api.patch('campaigns/1', { max_emails_per_day: 1 });
    const { body } = await api.post<BatchSendView>('email/batch-send', {
      campaign_id: 1,
      template: { subject: 'Later', body: '<p>Later</p>' },
      over_cap: 'defer',
      leads: [{ lead_id: leadId }],
    });
    await app.drain();
    return body.items[0]?.id ?? 0;
  }

  /** Follows `Link` to the end. */
  async function allPages(
    path: string,
  ): Promise<{ mails: OnWire<OutboundEmailView>[]; next: Record<string, string> | null }[]> {
    const { body, headers } = await api.get<OutboundEmailView[]>(path);
    const [, link] = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
    if (link === undefined) return [{ mails: body, next: null }];
    const next = Object.fromEntries(new URL(link, api.baseUrl).searchParams);
    return [{ mails: body, next }, ...(await allPages(link))];
  }
});
