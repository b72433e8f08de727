import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/**
 * NEW: never mailed. CONTACTED: a real mail was accepted. QUALIFIED: answered with interest.
 * SUPPRESSED, UNSUBSCRIBED, BOUNCED: gets no mail any more; a waiting mail is dropped at its claim.
 */
export const LEAD_STATUSES = [
  'NEW',
  'CONTACTED',
  'QUALIFIED',
  'SUPPRESSED',
  'UNSUBSCRIBED',
  'BOUNCED',
] as const;
export type LeadStatus = (typeof LEAD_STATUSES)[number];

/** Statuses that stop all mail, the weakest first: what a person asked for outranks what a server said. */
export const LEAD_STOPS = ['SUPPRESSED', 'BOUNCED', 'UNSUBSCRIBED'] as const satisfies readonly LeadStatus[];

export type LeadAttributes = Record<string, string | number | boolean | null>;

/** One person. The e-mail address identifies her over all campaigns. */
@Entity('cam_leads')
@Unique('uq_leads_email', ['email'])
@Index('ix_leads_by_status', ['status', 'id'])
@Check('ck_leads_email_lower_case', 'email = lower(email)')
@Check('ck_leads_attributes_object', `jsonb_typeof(attributes) = 'object'`)
@Check(
  'ck_leads_status',
  `status IN ('NEW', 'CONTACTED', 'QUALIFIED', 'SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED')`,
)
export class Lead {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_leads',
  })
  id: number;

  /** Lower-cased, the domain as punycode. */
  @Column('text')
  email: string;

  @Column('text', { nullable: true })
  first_name: string | null;

  @Column('text', { nullable: true })
  last_name: string | null;

  @Column('text', { nullable: true })
  company: string | null;

  @Column('text', { nullable: true })
  title: string | null;

  /** IANA name. */
  @Column('text', { nullable: true })
  timezone: string | null;

  /** Further template variables. */
  @Column('jsonb', { default: {} })
  attributes: LeadAttributes;

  @Column('text', { default: 'NEW' })
  status: LeadStatus;

  /** When a provider last accepted a real mail to her; simulated mail never moves it. */
  @Column('timestamptz', { nullable: true })
  last_contacted_at: Date | null;

  @Column('timestamptz', { nullable: true })
  last_replied_at: Date | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
