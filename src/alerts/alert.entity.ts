import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { AlertData, AlertKind } from './alert.js';

/** What the operator is to hear of, written with what it tells of: the outbox of the alert webhook. */
@Entity('cam_alerts')
@Unique('uq_alerts_dedupe_key', ['dedupe_key'])
@Index('ix_alerts_due', ['due_at', 'id'], { where: 'due_at IS NOT NULL' })
@Check('ck_alerts_kind', `kind IN ('reply.positive', 'campaign.paused', 'provider.shut', 'emails.unknown')`)
@Check('ck_alerts_dedupe_key', `dedupe_key <> ''`)
@Check('ck_alerts_data_object', `jsonb_typeof(data) = 'object'`)
@Check('ck_alerts_due_until_it_ends', 'num_nonnulls(due_at, delivered_at, gave_up_at) = 1')
@Check('ck_alerts_attempts', 'attempts >= CASE WHEN due_at IS NULL THEN 1 ELSE 0 END')
@Check('ck_alerts_last_error', 'char_length(last_error) BETWEEN 1 AND 500')
@Check('ck_alerts_gave_up_for_a_reason', 'gave_up_at IS NULL OR last_error IS NOT NULL')
export class Alert {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'pk_alerts' })
  id: number;

  @Column('text')
  kind: AlertKind;

  @Column('text')
  dedupe_key: string;

  @Column('jsonb')
  data: AlertData;

  /** When it happened: the `timestamp` of the webhook's body. */
  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  /** The next attempt; while one is under way, when its lease ends. Null: the alert has ended. */
  @Column('timestamptz', { nullable: true, default: () => 'cam_now()' })
  due_at: Date | null;

  /** Attempts begun. The number of the last one is the fence of its failure. */
  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { nullable: true })
  delivered_at: Date | null;

  /** Set when no attempt is left, or the receiver said that it is gone. */
  @Column('timestamptz', { nullable: true })
  gave_up_at: Date | null;

  /** Of the last attempt that failed: a status or a code, never what the receiver wrote. */
  @Column('text', { nullable: true })
  last_error: string | null;
}
