import type { Stage } from './stage.js';
import type { StandInReport } from './stand-in.js';

interface StoredRow {
  key: string;
  status: string;
  provider_message_id: string | null;
}

/** Compares what the provider took with what is stored: every mail once, under the id that the provider gave it. */
export async function wrongDeliveries(
  stage: Stage,
  run: string,
  mails: number,
  report: StandInReport,
): Promise<string[]> {
  const stored = await stage.rows<StoredRow>(
    `SELECT 'cam-' || send_key AS key, status, provider_message_id FROM cam_outbound_emails`,
  );
  const taken = new Map(report.accepted.map(({ key, id }) => [key, id]));
  const lost = stored.filter(({ key }) => !taken.has(key)).length;
  const wrong = stored.filter(
    (row) => row.status !== 'SENT' || row.provider_message_id !== taken.get(row.key),
  ).length;
  const faults: string[] = [];
  if (stored.length !== mails) faults.push(`${run}: ${stored.length} mails stored, expected ${mails}`);
  if (taken.size !== mails) faults.push(`${run}: ${taken.size} keys accepted, expected ${mails}`);
  if (lost > 0) faults.push(`${run}: ${lost} mails never reached the provider`);
  if (wrong > 0) faults.push(`${run}: ${wrong} mails are not SENT under the provider's id`);
  return faults;
}
