import type { SentMail } from '../../email/sent-mail/sent-mail.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import type { Match } from '../matching/match-policy.js';

/** What a mail is tied to, as it is stored. */
export type InboundMatch = Pick<
  InboundEmail,
  | 'lead_id'
  | 'campaign_id'
  | 'in_reply_to_outbound_email_id'
  | 'match_method'
  | 'match_confidence'
  | 'sender_is_recipient'
>;

/** @param match null: to nothing, so it lies in the unmatched tray */
export function matchColumns(match: Match<SentMail> | null): InboundMatch {
  return {
    lead_id: match?.mail.leadId ?? null,
    campaign_id: match?.mail.campaignId ?? null,
    in_reply_to_outbound_email_id: match?.mail.id ?? null,
    match_method: match?.method ?? null,
    match_confidence: match?.confidence ?? null,
    sender_is_recipient: match?.senderIsRecipient ?? false,
  };
}
