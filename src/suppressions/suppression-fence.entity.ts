import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The one row on which suppressing and sending meet: who suppresses updates it, who accepts or claims mail holds it FOR
 * SHARE until its commit. So whoever commits first is seen by the other, whatever address it is about.
 */
@Entity('cam_suppression_fence')
@Check('ck_suppression_fence_only_row', 'only_row')
export class SuppressionFence {
  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'cam_suppression_fence_pkey', default: true })
  only_row: boolean;

  @Column('timestamptz', { nullable: true })
  suppressed_at: Date | null;
}
