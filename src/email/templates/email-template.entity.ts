import { Column, Entity, ForeignKey, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';

/** A template of one type: a campaign's own (which wins) or global (`campaign_id` null). */
@Entity('cam_email_templates')
@Unique('uq_email_templates_type', ['campaign_id', 'template_type'])
export class EmailTemplate {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_email_templates',
  })
  id: number;

  @Column('integer', { nullable: true })
  @ForeignKey(() => Campaign, { name: 'fk_email_templates_campaign' })
  campaign_id: number | null;

  @Column('text')
  template_type: string;

  /** Liquid source, as are `body` (HTML) and `text`. */
  @Column('text')
  subject: string;

  @Column('text')
  body: string;

  /** null: the text part is generated from the HTML. */
  @Column('text', { nullable: true })
  text: string | null;

  @Column('text', { nullable: true })
  cta_link: string | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
