import { COUNTERS } from './counters.js';

/** SQL: the counters, for `SELECT`. */
export const COUNTER_COLUMNS = COUNTERS.join(', ');

/** SQL: the sum of each counter over the rows that pass the filter, never null. */
export function sumsOf(filter?: string): string {
  const filtered = filter === undefined ? '' : ` FILTER (WHERE ${filter})`;
  return COUNTERS.map((name) => `COALESCE(sum(${name})${filtered}, 0)::integer AS ${name}`).join(', ');
}

/**
 * SQL: the deltas of campaign `$1` added up, as CTEs after one named `delta`. `news` has a row of counters for each hour,
 * `person` the leads that are concerned, as they were counted and as they are now.
 *
 * Of who was only mailed, the deltas tell all. Of who answered or unsubscribed, or took that back, the mails themselves
 * are looked at; the statement's one snapshot holds a fact and its delta together, or neither.
 */
export const CHANGES = `
  touched AS MATERIALIZED (
    SELECT d.*, l.first_mailed_hour AS old_first_mailed_hour, COALESCE(l.replied, false) AS old_replied,
           l.unsubscribed_hour AS old_unsubscribed_hour, d.has_news OR COALESCE(l.looked_up, false) AS looked_up
      FROM (SELECT lead_id, min(hour) FILTER (WHERE fact = 'sent') AS sent_hour,
                   bool_or(fact = 'person' OR change < 0) AS has_news
              FROM delta WHERE lead_id IS NOT NULL GROUP BY lead_id) AS d
      LEFT JOIN cam_metric_leads AS l ON l.campaign_id = $1 AND l.lead_id = d.lead_id
  ), person AS MATERIALIZED (
    SELECT lead_id, looked_up, old_first_mailed_hour, old_replied, old_unsubscribed_hour,
           LEAST(old_first_mailed_hour, sent_hour) AS first_mailed_hour, old_replied AS replied,
           old_unsubscribed_hour AS unsubscribed_hour
      FROM touched WHERE NOT looked_up
    UNION ALL
    SELECT t.lead_id, t.looked_up, t.old_first_mailed_hour, t.old_replied, t.old_unsubscribed_hour,
           now.first_mailed_hour, now.replied, now.unsubscribed_hour
      FROM touched AS t CROSS JOIN LATERAL cam_metric_person($1, t.lead_id) AS now WHERE t.looked_up
  ), change AS (
    SELECT fact, hour, change FROM delta WHERE fact <> 'person'
    UNION ALL
    SELECT f.fact, f.hour, f.change
      FROM person AS p CROSS JOIN LATERAL (VALUES
        ('leads_mailed', p.first_mailed_hour, 1),
        ('leads_mailed', p.old_first_mailed_hour, -1),
        ('leads_replied', CASE WHEN p.replied THEN p.first_mailed_hour END, 1),
        ('leads_replied', CASE WHEN p.old_replied THEN p.old_first_mailed_hour END, -1),
        ('unsubscribed', p.unsubscribed_hour, 1),
        ('unsubscribed', p.old_unsubscribed_hour, -1)
      ) AS f (fact, hour, change)
     WHERE f.hour IS NOT NULL
       AND (p.first_mailed_hour, p.replied, p.unsubscribed_hour)
           IS DISTINCT FROM (p.old_first_mailed_hour, p.old_replied, p.old_unsubscribed_hour)
  ), news AS MATERIALIZED (
    SELECT hour, ${COUNTERS.map(
      (name) => `COALESCE(sum(change) FILTER (WHERE fact = '${name}'), 0)::integer AS ${name}`,
    ).join(', ')}
      FROM change GROUP BY hour
  )`;

/** SQL: `counted`, a CTE after {@link CHANGES}: the hours of campaign `$1`, with what the deltas add to them. */
export const COUNTED = `
  counted AS (
    SELECT hour, ${COUNTER_COLUMNS} FROM cam_metric_hours WHERE campaign_id = $1
    UNION ALL
    SELECT hour, ${COUNTER_COLUMNS} FROM news
  )`;

/** SQL: `delta` for whoever only reads. */
export const PENDING = `
  delta AS MATERIALIZED (SELECT lead_id, fact, hour, change FROM cam_metric_deltas WHERE campaign_id = $1)`;
