import { Check, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** ACTIVE sends. PAUSED accepts nothing new and holds what waits; a person moves it either way, a rule pauses it. */
export const CAMPAIGN_STATUSES = ['ACTIVE', 'PAUSED'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** The row is also the lock on which a pause and every accept or claim of its mail meet. */
@Entity('cam_campaigns')
@Check('ck_campaigns_status', `status IN ('ACTIVE', 'PAUSED')`)
@Check('ck_campaigns_paused_at', `(status = 'PAUSED') = (paused_at IS NOT NULL)`)
@Check('ck_campaigns_pause_reason', `status = 'PAUSED' OR pause_reason IS NULL`)
@Check('ck_campaigns_resume_reason', `status = 'ACTIVE' OR resume_reason IS NULL`)
@Check('ck_campaigns_paused_by', `status = 'PAUSED' OR paused_by IS NULL`)
@Check('ck_campaigns_resumed', '(resumed_by IS NULL) = (resumed_at IS NULL)')
@Check('ck_campaigns_max_emails_per_day', 'max_emails_per_day > 0')
export class Campaign {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_campaigns',
  })
  id: number;

  @Column('text')
  name: string;

  @Column('text', { default: 'ACTIVE' })
  status: CampaignStatus;

  /** IANA name; for send windows. The daily caps turn at the service's own time zone. */
  @Column('text', { nullable: true })
  timezone: string | null;

  /** Mails per calendar day of this campaign; null: only the global cap holds. */
  @Column('integer', { nullable: true })
  max_emails_per_day: number | null;

  /** Sender of this campaign, `Name <addr>` or bare; null: the service's sender. */
  @Column('text', { nullable: true })
  from_email: string | null;

  @Column('timestamptz', { nullable: true })
  paused_at: Date | null;

  /** Why it is paused. */
  @Column('text', { nullable: true })
  pause_reason: string | null;

  /** Name of the API key of who paused it, empty when the process has none; `rule:HARD_BOUNCE` for a rule. */
  @Column('text', { nullable: true })
  paused_by: string | null;

  /** Why it was resumed last. */
  @Column('text', { nullable: true })
  resume_reason: string | null;

  /** Who resumed it last. */
  @Column('text', { nullable: true })
  resumed_by: string | null;

  /** When it was resumed last: rules judge it by younger mail alone. */
  @Column('timestamptz', { nullable: true })
  resumed_at: Date | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
