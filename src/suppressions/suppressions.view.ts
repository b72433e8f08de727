import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { SqlFilter } from '../database/sql-filter.js';
import type { SuppressionsQuery, SuppressionView } from './dto/suppression.dto.js';
import { IN_FORCE, suppressionTargets } from './suppression-targets.js';

const COLUMNS = `
  id, CASE WHEN scope = 'address' THEN target END AS address, CASE WHEN scope = 'domain' THEN target END AS domain,
  cause, evidence, reason, expires_at, created_at, created_by, removed_at, removed_by, removal_reason`;

/** Suppressions as the API shows them. */
@Injectable()
export class SuppressionsReadModel {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<SuppressionView | null> {
    const [row] = await this.database.query<SuppressionView>(
      `SELECT ${COLUMNS} FROM cam_suppressions WHERE id = $1`,
      [id],
    );
    return row ?? null;
  }

  /** Newest first, below `beforeId`. */
  async list(query: SuppressionsQuery, limit: number, beforeId: number | null): Promise<SuppressionView[]> {
    const targets = query.address === undefined ? undefined : suppressionTargets(query.address);
    const filter = new SqlFilter()
      .where(targets, (value) => `target = ANY(${value})`)
      .where(query.domain, (value) => `scope = 'domain' AND target = ${value}`)
      .where(query.cause, (value) => `cause = ${value}`)
      .where(beforeId, (value) => `id < ${value}`);
    if (query.show !== 'all') filter.always(IN_FORCE);
    return this.database.query<SuppressionView>(
      `SELECT ${COLUMNS} FROM cam_suppressions WHERE ${filter.toString()}
        ORDER BY id DESC LIMIT ${filter.parameter(limit)}`,
      filter.parameters,
    );
  }
}
