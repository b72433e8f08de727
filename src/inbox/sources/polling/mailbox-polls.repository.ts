import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../../database/database.js';
import type { MailboxPosition } from '../mailbox.js';
import type { PollLease } from './poll-lease.js';

/** Somebody else reads the account now. */
export class PollLeaseLostError extends Error {
  constructor() {
    super('The lease of the account ended, and another replica has it');
  }
}

const MS = `interval '1 millisecond'`;

/** Whose turn it is to read an account, and how far its mailboxes are read. */
@Injectable()
export class MailboxPollsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the account when its poll is due and nobody has it, or who had it is silent for too long. One statement: of
   * many replicas one gets it.
   *
   * @returns null: not due, or somebody else reads it
   */
  async take(account: string, leaseMs: number): Promise<PollLease | null> {
    const [row] = await this.database.query<{
      lease_token: string;
      failures: number;
      first_look_since: Date;
    }>(
      `INSERT INTO cam_mailbox_polls AS poll (account, lease_token, leased_until)
       VALUES ($1, gen_random_uuid(), cam_now() + $2 * ${MS})
       ON CONFLICT (account) DO UPDATE
          SET lease_token = EXCLUDED.lease_token, leased_until = EXCLUDED.leased_until
        WHERE poll.poll_after <= cam_now() AND (poll.leased_until IS NULL OR poll.leased_until <= cam_now())
       RETURNING lease_token, failures,
                 LEAST(cam_now() - interval '30 days', last_success_at - interval '1 day') AS first_look_since`,
      [account, leaseMs],
    );
    return row === undefined
      ? null
      : {
          account,
          token: row.lease_token,
          failures: row.failures,
          firstLookSince: row.first_look_since,
        };
  }

  /** @returns false when somebody else has the account */
  async renew({ account, token }: PollLease, leaseMs: number): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE cam_mailbox_polls SET leased_until = cam_now() + $3 * ${MS}
        WHERE account = $1 AND lease_token = $2 RETURNING account`,
      [account, token, leaseMs],
    );
    return rows.length === 1;
  }

  async findPosition(account: string, mailbox: string): Promise<MailboxPosition | null> {
    const [row] = await this.database.query<{ uid_validity: string; last_uid: string }>(
      'SELECT uid_validity, last_uid FROM cam_mailbox_cursors WHERE account = $1 AND mailbox = $2',
      [account, mailbox],
    );
    return row === undefined ? null : { uidValidity: row.uid_validity, lastUid: Number(row.last_uid) };
  }

  /**
   * Says that a mailbox is read up to there, never that it is read less far. Keeps the account's row locked to the end of
   * the transaction: nobody else can take the account in between.
   *
   * @throws PollLeaseLostError
   */
  async move(
    { account, token }: PollLease,
    mailbox: string,
    { uidValidity, lastUid }: MailboxPosition,
    on: Pick<Transaction, 'query'> = this.database,
  ): Promise<void> {
    const [row] = await on.query<{ held: boolean }>(
      `WITH lease AS MATERIALIZED (
         SELECT account FROM cam_mailbox_polls WHERE account = $1 AND lease_token = $2 FOR UPDATE
       ), moved AS (
         INSERT INTO cam_mailbox_cursors AS cursor (account, mailbox, uid_validity, last_uid)
         SELECT account, $3, $4, $5 FROM lease
         ON CONFLICT (account, mailbox) DO UPDATE
            SET uid_validity = EXCLUDED.uid_validity, last_uid = EXCLUDED.last_uid, moved_at = cam_now()
          WHERE cursor.uid_validity <> EXCLUDED.uid_validity OR cursor.last_uid < EXCLUDED.last_uid
       )
       SELECT EXISTS (SELECT FROM lease) AS held`,
      [account, token, mailbox, uidValidity, lastUid],
    );
    if (row?.held !== true) throw new PollLeaseLostError();
  }

  /** Ends a poll that has read everything. Does nothing for who has lost the lease, as the next two. */
  async succeed({ account, token }: PollLease, nextInMs: number): Promise<void> {
    await this.database.query(
      `UPDATE cam_mailbox_polls
          SET lease_token = NULL, leased_until = NULL, poll_after = cam_now() + $3 * ${MS},
              failures = 0, last_error = NULL, last_success_at = cam_now()
        WHERE account = $1 AND lease_token = $2`,
      [account, token, nextInMs],
    );
  }

  async fail({ account, token }: PollLease, error: string, retryInMs: number): Promise<void> {
    await this.database.query(
      `UPDATE cam_mailbox_polls
          SET lease_token = NULL, leased_until = NULL, poll_after = cam_now() + $4 * ${MS},
              failures = failures + 1, last_error = $3
        WHERE account = $1 AND lease_token = $2`,
      [account, token, error, retryInMs],
    );
  }

  /** Gives the account back with its poll still due. */
  async release({ account, token }: PollLease): Promise<void> {
    await this.database.query(
      `UPDATE cam_mailbox_polls SET lease_token = NULL, leased_until = NULL
        WHERE account = $1 AND lease_token = $2`,
      [account, token],
    );
  }
}
