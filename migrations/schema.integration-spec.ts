import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
  insertTemplate,
  outboundEmailRow,
} from '../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../test/support/test-database.js';
import { violatedConstraint } from '../src/database/database-error.js';

type Columns = Readonly<Record<string, unknown>>;

const INSTANT = '2026-03-10T12:00:00Z';
const SOME_UUID = 'b3b8f1d5-3c52-4d0c-8f60-4b5f0f7f1b11';
const NOBODY = 999;
/** The first rows of their tables. */
const [CAMPAIGN, LEAD, EMAIL, INBOUND] = [1, 1, 1, 1];

const WINDOW = { window_days: [1, 2, 3, 4, 5], window_from: '09:00', window_to: '17:00' };

/** What a leased mail says of the attempt that may have been accepted. */
const MAYBE_SENT = {
  attempt: 1,
  maybe_sent_since: INSTANT,
  maybe_sent_attempt: 1,
  maybe_sent_account: 'resend-1',
  priority: 0,
};

/** A sound row for each table; the cases below spoil it. Each call makes another row. */
const SOUND: Readonly<Record<string, () => Columns>> = {
  cam_clock: () => ({ only_row: true }),
  cam_campaigns: () => ({ name: 'Engines' }),
  cam_leads: () => ({ email: 'new@lead.test' }),
  cam_campaign_leads: () => ({ campaign_id: CAMPAIGN, lead_id: LEAD }),
  cam_email_templates: () => ({
    campaign_id: CAMPAIGN,
    template_type: 'other',
    subject: 'Hello',
    body: 'Hello',
  }),
  cam_outbound_emails: () => ({ ...outboundEmailRow({ campaign_id: CAMPAIGN, lead_id: LEAD }) }),
  cam_dispatch_queue: () => ({
    outbound_email_id: EMAIL,
    campaign_id: CAMPAIGN,
    provider: 'Resend',
    simulated: false,
    due_at: INSTANT,
  }),
  cam_send_attempts: () => ({
    outbound_email_id: EMAIL,
    attempt: 1,
    send_key: SOME_UUID,
    started_at: INSTANT,
  }),
  cam_quota_counters: () => ({ scope: 'campaign', scope_id: CAMPAIGN, day: '2026-03-10', simulated: false }),
  cam_provider_gates: () => ({ provider: 'Resend' }),
  cam_operator_actions: () => ({
    outbound_email_id: EMAIL,
    action: 'cancel',
    from_status: 'QUEUED',
    actor: 'ops',
  }),
  cam_idempotency_keys: () => ({
    scope: 'POST /email/send',
    key: 'k',
    fingerprint: 'f',
    locked_until: INSTANT,
    expires_at: INSTANT,
  }),
  cam_sequences: () => ({ campaign_id: CAMPAIGN }),
  cam_sequence_steps: () => ({ sequence_id: 1, position: 1, template_type: 'intro', delay_days: 0 }),
  cam_enrolments: () => ({ campaign_id: CAMPAIGN, lead_id: LEAD, simulated: false }),
  cam_lead_transitions: () => ({
    lead_id: LEAD,
    cause: 'unsubscribe',
    asked_status: 'UNSUBSCRIBED',
    from_status: 'CONTACTED',
    to_status: 'UNSUBSCRIBED',
    evidence: 'inbound:1',
    occurred_at: INSTANT,
  }),
  cam_suppressions: () => ({
    scope: 'address',
    target: 'jane@lead.test',
    cause: 'hard_bounce',
    evidence: 'inbound:1',
    reason: 'No such user',
    created_by: 'cam',
  }),
  cam_suppression_fence: () => ({ only_row: true }),
  cam_provider_events: () => ({
    provider: 'Resend',
    event_id: 'msg_1',
    type: 'email.delivered',
    outbound_email_id: EMAIL,
    occurred_at: INSTANT,
    payload: {},
  }),
  cam_bounces: () => ({
    address: 'jane@lead.test',
    kind: 'hard',
    outbound_email_id: EMAIL,
    evidence: 'event:msg_1',
    occurred_at: INSTANT,
  }),
  cam_inbound_emails: () => ({
    provider: 'IMAP',
    provider_msg_uid: 'uid-2',
    identity_hash: 'b'.repeat(64),
    subject: 'Re: Hello',
    classification: 'NEUTRAL',
    classification_confidence: 0.5,
    classification_reason: 'no rule fired',
    classifier_version: '1',
    automatic: false,
    needs_review: true,
    received_at: INSTANT,
  }),
  cam_inbound_references: () => ({ message_id: '<1@sender.test>', inbound_email_id: INBOUND }),
  cam_inbound_raw: () => ({ inbound_email_id: INBOUND, raw: Buffer.from('From: jane@lead.test') }),
  cam_mailbox_polls: () => ({ account: 'imap-1' }),
  cam_alerts: () => ({ kind: 'emails.unknown', dedupe_key: 'emails.unknown:1', data: {} }),
  cam_mailbox_cursors: () => ({ account: 'imap-1', mailbox: 'INBOX', uid_validity: 1, last_uid: 2 }),
  cam_campaign_actions: () => ({ campaign_id: CAMPAIGN, action: 'pause', actor: 'ops', reason: 'Bounces' }),
  cam_metric_hours: () => ({ campaign_id: CAMPAIGN, hour: INSTANT }),
  cam_metric_leads: () => ({ campaign_id: CAMPAIGN, lead_id: LEAD }),
  cam_metric_deltas: () => ({ campaign_id: CAMPAIGN, fact: 'delivered', hour: INSTANT, change: 1 }),
  cam_decision_turns: () => ({ campaign_id: CAMPAIGN }),
  cam_decisions: () => ({
    campaign_id: CAMPAIGN,
    rule: 'COMPLAINT',
    rule_version: '1',
    verdict: 'PAUSE',
    applied: true,
    numerator: 2,
    denominator: 10,
    rate: 0.2,
    low: 0.1,
    high: 0.3,
    threshold: 2,
    reason: '2 of 10',
    metrics: {},
  }),
};

/** For each constraint its table and the columns that it must refuse in a row that is sound otherwise. */
const REFUSED: Readonly<Record<string, readonly [table: string, ...bad: Columns[]]>> = {
  cam_clock_pkey: ['cam_clock', {}],
  ck_clock_only_row: ['cam_clock', { only_row: false }],

  pk_campaigns: ['cam_campaigns', { id: CAMPAIGN }],
  ck_campaigns_status: ['cam_campaigns', { status: 'ENDED' }],
  ck_campaigns_paused_at: ['cam_campaigns', { status: 'PAUSED' }, { paused_at: INSTANT }],
  ck_campaigns_pause_reason: ['cam_campaigns', { pause_reason: 'bounces' }],
  ck_campaigns_resume_reason: [
    'cam_campaigns',
    { status: 'PAUSED', paused_at: INSTANT, resume_reason: 'mended' },
  ],
  ck_campaigns_paused_by: ['cam_campaigns', { paused_by: 'ops' }],
  ck_campaigns_resumed: ['cam_campaigns', { resumed_by: 'ops' }, { resumed_at: INSTANT }],
  ck_campaigns_max_emails_per_day: ['cam_campaigns', { max_emails_per_day: 0 }],

  pk_leads: ['cam_leads', { id: LEAD }],
  uq_leads_email: ['cam_leads', { email: 'first@lead.test' }],
  ck_leads_email_lower_case: ['cam_leads', { email: 'New@lead.test' }],
  ck_leads_attributes_object: ['cam_leads', { attributes: '[]' }],
  ck_leads_status: ['cam_leads', { status: 'LOST' }],

  pk_lead_transitions: ['cam_lead_transitions', { id: 1, evidence: 'inbound:2' }],
  fk_lead_transitions_lead: ['cam_lead_transitions', { lead_id: NOBODY }],
  fk_lead_transitions_campaign: ['cam_lead_transitions', { campaign_id: NOBODY, evidence: 'inbound:2' }],
  ck_lead_transitions_cause: ['cam_lead_transitions', { cause: 'rumour' }],
  ck_lead_transitions_statuses: [
    'cam_lead_transitions',
    { from_status: 'LOST' },
    { to_status: 'LOST', asked_status: 'LOST' },
    { asked_status: 'LOST', to_status: 'CONTACTED' },
  ],
  ck_lead_transitions_move: [
    'cam_lead_transitions',
    { to_status: 'BOUNCED' },
    { asked_status: null },
    { cause: 'person', actor: 'ops', asked_status: 'NEW' },
  ],
  ck_lead_transitions_evidence: ['cam_lead_transitions', { evidence: '' }],
  ck_lead_transitions_actor: ['cam_lead_transitions', { actor: 'ops' }, { cause: 'person' }],
  ck_lead_transitions_undone: ['cam_lead_transitions', { undone_at: INSTANT }, { undone_by: 'ops' }],

  pk_campaign_leads: ['cam_campaign_leads', {}],
  fk_campaign_leads_campaign: ['cam_campaign_leads', { campaign_id: NOBODY }],
  fk_campaign_leads_lead: ['cam_campaign_leads', { lead_id: NOBODY }],

  pk_email_templates: ['cam_email_templates', { id: 1 }],
  fk_email_templates_campaign: ['cam_email_templates', { campaign_id: NOBODY }],
  uq_email_templates_type: [
    'cam_email_templates',
    { template_type: 'intro' },
    { template_type: 'intro', campaign_id: null },
  ],

  pk_outbound_emails: ['cam_outbound_emails', { id: EMAIL }],
  fk_outbound_emails_lead: ['cam_outbound_emails', { lead_id: NOBODY }],
  fk_outbound_emails_campaign: ['cam_outbound_emails', { campaign_id: NOBODY }],
  uq_outbound_emails_content: ['cam_outbound_emails', { content_hash: 'a'.repeat(64) }],
  uq_outbound_emails_send_key: ['cam_outbound_emails', { send_key: SOME_UUID }],
  uq_outbound_emails_public_token: ['cam_outbound_emails', { public_token: 'a'.repeat(26) }],
  uq_outbound_emails_provider_message_id: ['cam_outbound_emails', { provider_message_id: 'm1' }],
  uq_outbound_emails_message_id_header: ['cam_outbound_emails', { message_id_header: '<1@sender.test>' }],
  uq_outbound_emails_provider_message_id_header: [
    'cam_outbound_emails',
    { provider_message_id_header: '<1@provider.test>' },
  ],
  fk_outbound_emails_enrolment: ['cam_outbound_emails', { enrolment_id: NOBODY }],
  fk_outbound_emails_thread_parent: ['cam_outbound_emails', { thread_parent_id: NOBODY }],
  ck_outbound_emails_to_email: ['cam_outbound_emails', { to_email: 'Jane@lead.test' }],
  ck_outbound_emails_provider: ['cam_outbound_emails', { provider: 'Pigeon' }],
  ck_outbound_emails_status: ['cam_outbound_emails', { status: 'SENDING' }],
  ck_outbound_emails_sent_at: [
    'cam_outbound_emails',
    { status: 'SENT' },
    { status: 'BOUNCED', bounced_at: INSTANT },
    { status: 'QUEUED', sent_at: INSTANT },
    { status: 'DROPPED', error_code: 'CANCELLED', sent_at: INSTANT },
    { status: 'UNKNOWN', error_code: 'OUTCOME_UNKNOWN', sent_at: INSTANT },
  ],
  ck_outbound_emails_bounced_at: ['cam_outbound_emails', { status: 'BOUNCED', sent_at: INSTANT }],
  ck_outbound_emails_error_code: [
    'cam_outbound_emails',
    { status: 'FAILED' },
    { status: 'DROPPED' },
    { status: 'UNKNOWN' },
    { status: 'QUEUED', error_code: 'CANCELLED' },
    { status: 'SENT', sent_at: INSTANT, error_code: 'CANCELLED' },
  ],
  ck_outbound_emails_error_message: ['cam_outbound_emails', { error_message: 'x'.repeat(501) }],
  ck_outbound_emails_body_sha256: ['cam_outbound_emails', { body_sha256: 'A'.repeat(64) }],
  ck_outbound_emails_content_hash: ['cam_outbound_emails', { content_hash: 'a'.repeat(63) }],
  ck_outbound_emails_public_token: [
    'cam_outbound_emails',
    { public_token: 'A'.repeat(26) },
    { public_token: 'a'.repeat(25) },
  ],
  ck_outbound_emails_sequence_number: ['cam_outbound_emails', { sequence_number: 0 }],
  ck_outbound_emails_retry_count: ['cam_outbound_emails', { retry_count: -1 }],
  ck_outbound_emails_max_retries: ['cam_outbound_emails', { max_retries: -1 }],
  ck_outbound_emails_headers_object: ['cam_outbound_emails', { headers: '[]' }],
  ck_outbound_emails_metadata_object: ['cam_outbound_emails', { email_metadata: '[]' }],

  pk_dispatch_queue: ['cam_dispatch_queue', {}],
  fk_dispatch_queue_outbound_email: ['cam_dispatch_queue', { outbound_email_id: NOBODY }],
  ck_dispatch_queue_waits_for: ['cam_dispatch_queue', { waits_for: 'rain' }],
  ck_dispatch_queue_lease_waits_for_nothing: [
    'cam_dispatch_queue',
    { lease_token: SOME_UUID, cap_day: '2026-03-10', waits_for: 'retry' },
  ],
  ck_dispatch_queue_lease_holds_place: ['cam_dispatch_queue', { lease_token: SOME_UUID }],
  ck_dispatch_queue_maybe_sent: [
    'cam_dispatch_queue',
    { maybe_sent_since: INSTANT, priority: 0 },
    { maybe_sent_attempt: 1, attempt: 1 },
    { maybe_sent_account: 'resend-1' },
    { maybe_sent_since: INSTANT, maybe_sent_attempt: 1, attempt: 1, priority: 0 },
  ],
  ck_dispatch_queue_priority: [
    'cam_dispatch_queue',
    { priority: 1 },
    { priority: 2, follow_up: true },
    { ...MAYBE_SENT, priority: 2 },
  ],
  ck_dispatch_queue_lost_leases: ['cam_dispatch_queue', { lost_leases: -1 }],
  ck_dispatch_queue_attempt: [
    'cam_dispatch_queue',
    { attempt: -1 },
    { ...MAYBE_SENT, maybe_sent_attempt: 2 },
    { ...MAYBE_SENT, maybe_sent_attempt: 0 },
  ],
  ck_dispatch_queue_retry_count: ['cam_dispatch_queue', { retry_count: -1 }],

  pk_send_attempts: ['cam_send_attempts', {}],
  fk_send_attempts_outbound_email: ['cam_send_attempts', { outbound_email_id: NOBODY }],
  ck_send_attempts_attempt: ['cam_send_attempts', { attempt: 0 }],
  ck_send_attempts_outcome: ['cam_send_attempts', { outcome: 'lost', finished_at: INSTANT }],
  ck_send_attempts_finished_at: ['cam_send_attempts', { outcome: 'deferred' }, { finished_at: INSTANT }],
  ck_send_attempts_message_id: [
    'cam_send_attempts',
    { outcome: 'accepted', finished_at: INSTANT },
    { outcome: 'deferred', finished_at: INSTANT, provider_message_id: 'm1' },
    { provider_message_id: 'm1' },
  ],
  ck_send_attempts_reason: ['cam_send_attempts', { reason: 'x'.repeat(501) }],

  pk_quota_counters: ['cam_quota_counters', {}],
  ck_quota_counters_scope: ['cam_quota_counters', { scope: 'sender' }],
  ck_quota_counters_global_id: ['cam_quota_counters', { scope: 'global' }, { scope_id: 0 }],
  ck_quota_counters_used: ['cam_quota_counters', { used: -1 }],

  pk_provider_gates: ['cam_provider_gates', {}],
  ck_provider_gates_provider: ['cam_provider_gates', { provider: 'Pigeon' }],
  ck_provider_gates_failure_streak: ['cam_provider_gates', { failure_streak: -1 }],
  ck_provider_gates_breaker_trips: ['cam_provider_gates', { breaker_trips: -1 }],
  ck_provider_gates_shut: ['cam_provider_gates', { shut_until: INSTANT }, { shut_reason: 'quota' }],

  pk_operator_actions: ['cam_operator_actions', { id: 1 }],
  fk_operator_actions_outbound_email: ['cam_operator_actions', { outbound_email_id: NOBODY }],
  ck_operator_actions_action: ['cam_operator_actions', { action: 'shrug' }],
  ck_operator_actions_reason: ['cam_operator_actions', { reason: '' }, { reason: 'x'.repeat(501) }],
  ck_operator_actions_resolved_with_reason: ['cam_operator_actions', { action: 'resolve_sent' }],

  pk_idempotency_keys: ['cam_idempotency_keys', {}],
  ck_idempotency_keys_answer: [
    'cam_idempotency_keys',
    { key: 'k2', status_code: 201 },
    { key: 'k2', response_body: '{}' },
  ],

  pk_sequences: ['cam_sequences', { id: 1 }],
  fk_sequences_campaign: ['cam_sequences', { campaign_id: NOBODY }],
  uq_sequences_campaign: ['cam_sequences', {}],
  ck_sequences_window: ['cam_sequences', { window_days: [1] }, { window_from: '09:00', window_to: '17:00' }],
  ck_sequences_window_days: [
    'cam_sequences',
    { ...WINDOW, window_days: [0] },
    { ...WINDOW, window_days: [8] },
    { ...WINDOW, window_days: [] },
  ],
  ck_sequences_window_hours: [
    'cam_sequences',
    { ...WINDOW, window_from: '9:00' },
    { ...WINDOW, window_to: '24:01' },
    { ...WINDOW, window_from: '17:00', window_to: '17:00' },
  ],
  ck_sequences_on_positive: ['cam_sequences', { on_positive: 'dance' }],
  ck_sequences_replan_after: ['cam_sequences', { replan_after: -1 }],

  pk_sequence_steps: ['cam_sequence_steps', {}],
  fk_sequence_steps_sequence: ['cam_sequence_steps', { sequence_id: NOBODY }],
  ck_sequence_steps_position: ['cam_sequence_steps', { position: 0 }],
  ck_sequence_steps_delay_days: ['cam_sequence_steps', { delay_days: -1 }, { delay_days: 366 }],
  ck_sequence_steps_thread: ['cam_sequence_steps', { thread: 'other' }],

  pk_enrolments: ['cam_enrolments', { id: 1 }],
  fk_enrolments_campaign_lead: ['cam_enrolments', { lead_id: NOBODY }],
  uq_enrolments_lead: ['cam_enrolments', {}],
  ck_enrolments_status: ['cam_enrolments', { status: 'LOST', next_run_at: null }],
  ck_enrolments_stop_reason: [
    'cam_enrolments',
    { status: 'STOPPED', next_run_at: null },
    { stop_reason: 'REPLIED' },
  ],
  ck_enrolments_stop_reason_known: [
    'cam_enrolments',
    { status: 'STOPPED', next_run_at: null, stop_reason: 'BORED' },
  ],
  ck_enrolments_live_has_next_time: [
    'cam_enrolments',
    { next_run_at: null },
    { look_at: null },
    { status: 'STOPPED', stop_reason: 'REPLIED' },
    { status: 'EXHAUSTED', next_step: null },
  ],
  ck_enrolments_next_step: [
    'cam_enrolments',
    { next_step: 0 },
    { status: 'EXHAUSTED', next_run_at: null },
    { status: 'STOPPED', stop_reason: 'REPLIED', next_run_at: null, next_step: null },
  ],
  ck_enrolments_postponed: ['cam_enrolments', { status: 'POSTPONED' }],
  ck_enrolments_postponements: ['cam_enrolments', { postponements: 3 }, { postponements: -1 }],
  ck_enrolments_hurried: ['cam_enrolments', { hurried_at: 'now' }, { hurried_by: 'inbound:7' }],
  ck_enrolments_hold_code: ['cam_enrolments', { hold_code: 'MOOD' }],

  pk_suppressions: ['cam_suppressions', { id: 1, evidence: 'inbound:2' }],
  ck_suppressions_scope: ['cam_suppressions', { scope: 'planet' }],
  ck_suppressions_target: [
    'cam_suppressions',
    { target: 'Jane@lead.test' },
    { target: '' },
    { target: 'lead.test' },
    { scope: 'domain' },
  ],
  ck_suppressions_cause: ['cam_suppressions', { cause: 'mood' }],
  ck_suppressions_evidence: ['cam_suppressions', { evidence: '' }],
  ck_suppressions_reason: ['cam_suppressions', { reason: '' }, { reason: 'x'.repeat(501) }],
  ck_suppressions_soft_ones_expire: ['cam_suppressions', { cause: 'soft_bounces' }],
  ck_suppressions_removal: [
    'cam_suppressions',
    { removed_at: INSTANT },
    { removed_by: 'ops', removal_reason: 'wrong' },
  ],
  ck_suppressions_removal_reason: [
    'cam_suppressions',
    { removed_at: INSTANT, removed_by: 'ops', removal_reason: '' },
    { removed_at: INSTANT, removed_by: 'ops', removal_reason: 'x'.repeat(501) },
  ],
  cam_suppression_fence_pkey: ['cam_suppression_fence', {}],
  ck_suppression_fence_only_row: ['cam_suppression_fence', { only_row: false }],

  pk_provider_events: ['cam_provider_events', { id: 1 }],
  fk_provider_events_outbound_email: [
    'cam_provider_events',
    { event_id: 'msg_2', outbound_email_id: NOBODY },
  ],
  uq_provider_events_event_id: ['cam_provider_events', {}],
  ck_provider_events_provider: ['cam_provider_events', { provider: 'Pigeon' }],
  ck_provider_events_payload_object: ['cam_provider_events', { payload: '[]' }],

  pk_bounces: ['cam_bounces', { id: 1 }],
  fk_bounces_outbound_email: ['cam_bounces', { evidence: 'event:msg_2', outbound_email_id: NOBODY }],
  uq_bounces_evidence: ['cam_bounces', {}],
  ck_bounces_address: ['cam_bounces', { address: 'Jane@lead.test' }],
  ck_bounces_kind: ['cam_bounces', { kind: 'lost' }],
  ck_bounces_status_code: ['cam_bounces', { status_code: 'x'.repeat(21) }],
  ck_bounces_diagnostic: ['cam_bounces', { diagnostic: 'x'.repeat(501) }],

  pk_inbound_emails: ['cam_inbound_emails', { id: INBOUND }],
  fk_inbound_emails_lead: [
    'cam_inbound_emails',
    { lead_id: NOBODY, match_method: 'person', match_confidence: 1 },
  ],
  fk_inbound_emails_campaign: ['cam_inbound_emails', { campaign_id: NOBODY }],
  fk_inbound_emails_outbound_email: [
    'cam_inbound_emails',
    { lead_id: LEAD, match_method: 'token', match_confidence: 1, in_reply_to_outbound_email_id: NOBODY },
  ],
  uq_inbound_emails_provider_msg_uid: ['cam_inbound_emails', { provider_msg_uid: 'uid-1' }],
  uq_inbound_emails_identity_hash: ['cam_inbound_emails', { identity_hash: 'a'.repeat(64) }],
  ck_inbound_emails_provider: ['cam_inbound_emails', { provider: 'Pigeon' }],
  ck_inbound_emails_identity_hash: ['cam_inbound_emails', { identity_hash: 'B'.repeat(64) }],
  ck_inbound_emails_from_email: ['cam_inbound_emails', { from_email: 'Jane@lead.test' }],
  ck_inbound_emails_match_method: [
    'cam_inbound_emails',
    { lead_id: LEAD, match_method: 'guess', match_confidence: 1 },
  ],
  ck_inbound_emails_match: [
    'cam_inbound_emails',
    { lead_id: LEAD },
    { match_method: 'token', match_confidence: 1 },
    { in_reply_to_outbound_email_id: EMAIL },
  ],
  ck_inbound_emails_match_confidence: [
    'cam_inbound_emails',
    { lead_id: LEAD, match_method: 'token', match_confidence: 1.1 },
  ],
  ck_inbound_emails_classification: ['cam_inbound_emails', { classification: 'AUTO' }],
  ck_inbound_emails_classification_confidence: ['cam_inbound_emails', { classification_confidence: -0.1 }],
  ck_inbound_emails_label: ['cam_inbound_emails', { labelled_by: 'ops' }, { labelled_at: INSTANT }],
  ck_inbound_emails_parse_error: ['cam_inbound_emails', { parse_error: 'ugly' }],
  ck_inbound_emails_metadata_object: ['cam_inbound_emails', { email_metadata: '[]' }],

  pk_inbound_references: ['cam_inbound_references', {}],
  fk_inbound_references_inbound_email: ['cam_inbound_references', { inbound_email_id: NOBODY }],
  pk_inbound_raw: ['cam_inbound_raw', {}],
  fk_inbound_raw_inbound_email: ['cam_inbound_raw', { inbound_email_id: NOBODY }],

  pk_mailbox_polls: ['cam_mailbox_polls', {}],
  ck_mailbox_polls_lease: ['cam_mailbox_polls', { lease_token: SOME_UUID }, { leased_until: INSTANT }],
  ck_mailbox_polls_failures: [
    'cam_mailbox_polls',
    { failures: -1, last_error: 'refused' },
    { failures: 1 },
    { last_error: 'refused' },
  ],
  pk_mailbox_cursors: ['cam_mailbox_cursors', {}],
  ck_mailbox_cursors_last_uid: ['cam_mailbox_cursors', { last_uid: -1 }],

  pk_alerts: ['cam_alerts', { id: 1, dedupe_key: 'k2' }],
  uq_alerts_dedupe_key: ['cam_alerts', {}],
  ck_alerts_kind: ['cam_alerts', { kind: 'mail.sent' }],
  ck_alerts_dedupe_key: ['cam_alerts', { dedupe_key: '' }],
  ck_alerts_data_object: ['cam_alerts', { data: '[]' }],
  ck_alerts_due_until_it_ends: [
    'cam_alerts',
    { due_at: null, attempts: 1 },
    { delivered_at: INSTANT },
    { due_at: null, delivered_at: INSTANT, gave_up_at: INSTANT, attempts: 1, last_error: 'timeout' },
  ],
  ck_alerts_attempts: ['cam_alerts', { attempts: -1 }, { due_at: null, delivered_at: INSTANT }],
  ck_alerts_last_error: ['cam_alerts', { last_error: '' }, { last_error: 'x'.repeat(501) }],
  ck_alerts_gave_up_for_a_reason: ['cam_alerts', { due_at: null, gave_up_at: INSTANT, attempts: 1 }],
  pk_campaign_actions: ['cam_campaign_actions', { id: 1 }],
  fk_campaign_actions_campaign: ['cam_campaign_actions', { campaign_id: NOBODY }],
  ck_campaign_actions_action: ['cam_campaign_actions', { action: 'end' }],
  ck_campaign_actions_reason: ['cam_campaign_actions', { reason: '' }, { reason: 'x'.repeat(501) }],

  pk_metric_hours: ['cam_metric_hours', {}],
  fk_metric_hours_campaign: ['cam_metric_hours', { campaign_id: NOBODY }],
  pk_metric_leads: ['cam_metric_leads', {}],
  pk_metric_deltas: ['cam_metric_deltas', { id: 1 }],
  ck_metric_deltas_fact: ['cam_metric_deltas', { fact: 'opened' }],
  ck_metric_deltas_hour: ['cam_metric_deltas', { hour: null }, { fact: 'person', lead_id: LEAD }],
  ck_metric_deltas_person: ['cam_metric_deltas', { fact: 'person', hour: null }],
  pk_decision_turns: ['cam_decision_turns', {}],
  fk_decision_turns_campaign: ['cam_decision_turns', { campaign_id: NOBODY }],

  pk_decisions: ['cam_decisions', { id: 1 }],
  fk_decisions_campaign: ['cam_decisions', { campaign_id: NOBODY }],
  ck_decisions_verdict: ['cam_decisions', { verdict: 'STOP', applied: false }],
  ck_decisions_applied: ['cam_decisions', { verdict: 'WARN' }],
  ck_decisions_interval: ['cam_decisions', { low: -0.1 }, { low: 0.21 }, { high: 0.19 }, { high: 1.1 }],
  ck_decisions_metrics_object: ['cam_decisions', { metrics: '[]' }],
};

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

interface Constraint {
  readonly name: string;
  readonly definition: string;
}

async function constraints(): Promise<Constraint[]> {
  return db.query<Constraint>(
    `SELECT conname AS name, conrelid::regclass || ': ' || pg_get_constraintdef(oid) AS definition
       FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
        AND conrelid <> 'cam_migrations'::regclass
      ORDER BY conname`,
  );
}

/** Everything that the migrations made, but for the rows. */
async function schema(): Promise<unknown[]> {
  const columns = await db.query(
    `SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'cam_migrations'
      ORDER BY table_name, ordinal_position`,
  );
  const indexes = await db.query(
    `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'cam_migrations' ORDER BY indexdef`,
  );
  const functions = await db.query(
    `SELECT pg_get_functiondef(oid) AS definition FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
  );
  const triggers = await db.query(
    `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname`,
  );
  return [columns, indexes, functions, triggers, await constraints()];
}

describe('The constraints', () => {
  beforeAll(async () => {
    await insertCampaign(db);
    await insertLead(db, CAMPAIGN, { email: 'first@lead.test' });
    await insertTemplate(db);
    await insertTemplate(db, { campaign_id: CAMPAIGN });
    await insertEmail(db, {
      campaign_id: CAMPAIGN,
      lead_id: LEAD,
      content_hash: 'a'.repeat(64),
      send_key: SOME_UUID,
      public_token: 'a'.repeat(26),
      provider_message_id: 'm1',
      message_id_header: '<1@sender.test>',
      provider_message_id_header: '<1@provider.test>',
    });
    for (const table of [
      'cam_send_attempts',
      'cam_quota_counters',
      'cam_operator_actions',
      'cam_idempotency_keys',
      'cam_sequences',
      'cam_sequence_steps',
      'cam_enrolments',
      'cam_lead_transitions',
      'cam_suppressions',
      'cam_provider_events',
      'cam_bounces',
    ]) {
      await insertRow(db, table, SOUND[table]?.() ?? {});
    }
    const inbound = { provider_msg_uid: 'uid-1', identity_hash: 'a'.repeat(64) };
    await insertRow(db, 'cam_inbound_emails', { ...SOUND['cam_inbound_emails']?.(), ...inbound });
    for (const table of [
      'cam_inbound_references',
      'cam_inbound_raw',
      'cam_mailbox_polls',
      'cam_mailbox_cursors',
      'cam_alerts',
      'cam_campaign_actions',
      'cam_metric_hours',
      'cam_metric_leads',
      'cam_metric_deltas',
      'cam_decision_turns',
      'cam_decisions',
    ]) {
      await insertRow(db, table, SOUND[table]?.() ?? {});
    }
  });

  it('are all put to the test', async () => {
    const names = (await constraints()).map(({ name }) => name);

    expect(Object.keys(REFUSED).toSorted()).toEqual(names.toSorted());
  });

  const cases = Object.entries(REFUSED).flatMap(([name, [table, ...bad]]) =>
    bad.map((columns): [string, string, Columns] => [name, table, columns]),
  );

  it.each(cases)('%s of %s refuses %j', async (name, table, columns) => {
    const refusal = await insertOverridingIds(table, { ...SOUND[table]?.(), ...columns }).catch(
      (error: unknown) => error,
    );

    expect(violatedConstraint(refusal)).toBe(name);
  });
});

/** Our ids are the database's own to give: only so can a test repeat one. */
async function insertOverridingIds(table: string, columns: Columns): Promise<unknown> {
  const names = Object.keys(columns);
  return db.query(
    `INSERT INTO ${table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
     VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(columns),
  );
}

describe('cam_now()', () => {
  it('is the time of the transaction, moved by the offset of the clock', async () => {
    await db.setClockOffset('-3 hours');

    const [row] = await db.query<{ behind_s: number }>(
      'SELECT EXTRACT(EPOCH FROM clock_timestamp() - cam_now())::float8 AS behind_s',
    );

    await db.setClockOffset('0');
    expect(row?.behind_s).toBeGreaterThanOrEqual(3 * 3_600);
    expect(row?.behind_s).toBeLessThan(3 * 3_600 + 60);
  });
});

describe('The migrations', () => {
  it('make what the entities say', async () => {
    const log = await db.dataSource.driver.createSchemaBuilder().log();

    expect(log.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('go down to nothing, one by one, and up again to the same', async () => {
    const before = await schema();

    for (let count = db.dataSource.migrations.length; count > 0; count -= 1) {
      await db.dataSource.undoLastMigration();
    }
    const nothing = await schema();
    await db.dataSource.runMigrations();

    expect(nothing).toEqual([[], [], [], [], []]);
    expect(await schema()).toEqual(before);
  });
});
