import { ApiProperty } from '@nestjs/swagger';
import {
  DomainField,
  EmailField,
  EnumField,
  InstantField,
  QueryIntegerField,
  TextField,
} from '../../http/fields.js';
import { PageQuery } from '../../http/page.dto.js';
import { SUPPRESSION_CAUSES, type SuppressionCause } from '../suppression.entity.js';

/** Exactly one of `address` and `domain`. */
export class CreateSuppressionDto {
  @EmailField({ optional: true, description: 'Also with any +tag.', example: 'ada@engines.example' })
  address?: string;

  @DomainField({ optional: true, description: 'Instead of an address: this domain and all below it.' })
  domain?: string;

  @TextField({ max: 500, description: 'Why, for people.', example: 'Asked for it by phone' })
  reason: string;

  @InstantField({ optional: true, description: 'Until then; for good if left out.' })
  expires_at?: Date;
}

export class RemoveSuppressionDto {
  @TextField({ max: 500, description: 'Why, for people.', example: 'A mistake: another Ada' })
  reason: string;
}

export class SuppressionsQuery extends PageQuery {
  @EmailField({
    optional: true,
    description: "Only what keeps mail from this address, its domain's suppressions among it.",
  })
  address?: string;

  @DomainField({ optional: true, description: 'Only suppressions of this very domain.' })
  domain?: string;

  @EnumField(SUPPRESSION_CAUSES, { optional: true, description: 'Only those of this cause.' })
  cause?: SuppressionCause;

  @EnumField(['in_force', 'all'], {
    optional: true,
    description: 'Those in force, unless told; all: also the removed and expired ones.',
  })
  show?: 'in_force' | 'all';
}

export class SuppressionIdParam {
  @QueryIntegerField({ description: 'Suppression.', example: 1 })
  id: number;
}

export class SuppressionView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ type: String, nullable: true, example: 'ada@engines.example' })
  address: string | null;

  @ApiProperty({ type: String, nullable: true })
  domain: string | null;

  @ApiProperty({ enum: SUPPRESSION_CAUSES })
  cause: SuppressionCause;

  @ApiProperty({ description: 'What told it: outbound:12, inbound:7, event:msg_x, or person.' })
  evidence: string;

  @ApiProperty()
  reason: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null: for good.' })
  expires_at: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  created_at: Date;

  @ApiProperty({ description: "Name of the caller's API key, empty without one; cam: the service itself." })
  created_by: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  removed_at: Date | null;

  @ApiProperty({ type: String, nullable: true })
  removed_by: string | null;

  @ApiProperty({ type: String, nullable: true })
  removal_reason: string | null;
}
