import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { StepThread } from './enrolment-states.js';
import { Sequence } from './sequence.entity.js';

/** One mail of a sequence. */
@Entity('cam_sequence_steps')
@Check('ck_sequence_steps_position', 'position > 0')
@Check('ck_sequence_steps_delay_days', 'delay_days BETWEEN 0 AND 365')
@Check('ck_sequence_steps_thread', `thread IN ('same', 'new')`)
export class SequenceStep {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_sequence_steps' })
  @ForeignKey(() => Sequence, { name: 'fk_sequence_steps_sequence' })
  sequence_id: number;

  /** From 1; the `sequence_number` of the step's mail. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_sequence_steps' })
  position: number;

  @Column('text')
  template_type: string;

  /** After the mail before it was sent; for the first one, after the enrolment. */
  @Column('integer')
  delay_days: number;

  /** Saturdays and Sundays do not count. */
  @Column('boolean', { default: false })
  business_days: boolean;

  @Column('text', { default: 'same' })
  thread: StepThread;
}
