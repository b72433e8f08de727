import { createHmac, randomUUID } from 'node:crypto';

/** The header fields that Resend signs an event with. */
export function signEvent(secret, { id, body }, timestampS = Math.floor(Date.now() / 1000)) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64');
  return { 'svix-id': id, 'svix-timestamp': String(timestampS), 'svix-signature': `v1,${signature}` };
}

/** An event about a mail that the stand-in accepted; the same `id` for each time that it is told. */
export function eventOf(type, { id, messageId, at, body, tags }, { occurredAt, ...extra }) {
  const data = {
    created_at: new Date(at).toISOString(),
    email_id: id,
    message_id: messageId,
    from: body.from,
    to: [body.to].flat(),
    subject: body.subject,
    tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
    ...extra,
  };
  return signable(type, occurredAt, data);
}

/** An event about anything at all. */
export function signable(type, occurredAt, data) {
  const body = JSON.stringify({ type, created_at: occurredAt.toISOString(), data });
  return { id: `msg_${randomUUID().replaceAll('-', '')}`, type, body };
}

/** Calls the webhook once. @returns the status; null: no answer came */
export async function tellEvent({ url, secret }, event) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signEvent(secret, event) },
      body: event.body,
      signal: AbortSignal.timeout(15_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}
