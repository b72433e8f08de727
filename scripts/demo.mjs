/**
 * `npm run demo`: the service on a throw-away embedded database with the NoOp provider, driven through its REST API.
 * Nothing leaves the house, nothing is left behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = resolve('dist/src/main.js');
const folder = await mkdtemp(join(tmpdir(), 'cam-demo-'));

/** The caller's own settings could name a real provider or database: only these reach the demo. */
const service = spawn(process.execPath, [MAIN], {
  cwd: folder,
  env: { PATH: process.env.PATH, PORT: '0', AICMO_CAM_EMAIL_ALLOWLIST_REGEX: '\\.example$' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const closed = once(service, 'close');

try {
  const url = await listening(service);
  console.log(`The service runs on ${url} with an embedded database in ${folder}.\n`);
  await story(`${url}/api/cam`);
} finally {
  service.kill('SIGTERM');
  await closed;
  await rm(folder, { recursive: true, force: true });
}

async function listening({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const { message } = JSON.parse(line);
    if (message?.event === 'http.listening') {
      stdout.resume();
      return message.url;
    }
  }
  throw new Error('The service ended before it listened');
}

async function story(api) {
  const call = async (method, path, body) => {
    const isCsv = typeof body === 'string';
    const answer = await fetch(`${api}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': isCsv ? 'text/csv' : 'application/json' },
        body: isCsv ? body : JSON.stringify(body),
      }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  heading('A campaign of at most 8 mails a day, a template, and leads from a CSV');
  const campaign = (await call('POST', '/campaigns', { name: 'Spring outreach', max_emails_per_day: 8 }))
    .body;
  await call('POST', '/templates', {
    campaign_id: campaign.id,
    template_type: 'initial_outreach',
    subject: 'Hi {first_name}, a thought about {{ company | default: "your team" }}',
    body: '<p>Hello {first_name},</p><p><a href="{{ cta_link }}">Have a look</a></p>',
    cta_link: 'https://www.yourcompany.example/demo',
  });
  const names = [
    'Ada',
    'Barbara',
    'Claude',
    'Dorothy',
    'Edsger',
    'Frances',
    'Grace',
    'Hedy',
    'Ivan',
    'Jean',
    'Karen',
  ];
  const rows = names.map((name) => `${name.toLowerCase()}@engines.example,${name},Engines`);
  const imported = await call(
    'POST',
    `/campaigns/${campaign.id}/leads`,
    [
      'email,first name,company',
      ...rows,
      'no-name@engines.example,,',
      'lin@elsewhere.test,Lin,',
      'broken',
    ].join('\n'),
  );
  console.log(imported.body);
  const leads = (await call('GET', `/leads?campaign_id=${campaign.id}&limit=100`)).body.toReversed();

  heading('What the first lead would get');
  const first = { campaign_id: campaign.id, lead_id: leads[0].id, template_type: 'initial_outreach' };
  console.log((await call('POST', '/email/preview', first)).body);

  heading('The same mail is asked for three times');
  for (let time = 1; time <= 3; time += 1) {
    const { status, body } = await call('POST', '/email/send', first);
    console.log(`HTTP ${status}: mail ${body.id} is ${body.status}`);
  }

  heading('One lead unsubscribes, then all of them are mailed: who waits, who is kept in, who has no name?');
  await call('PATCH', `/leads/${leads[1].id}`, { status: 'UNSUBSCRIBED' });
  const batch = {
    ...first,
    lead_id: undefined,
    over_cap: 'defer',
    leads: leads.map(({ id }) => ({ lead_id: id })),
  };
  console.table((await call('POST', '/email/batch-send', batch)).body.items, [
    'lead_id',
    'outcome',
    'id',
    'code',
  ]);

  heading('Every mail, once the queue is at rest');
  console.table(
    (await settled(call, campaign.id)).map((mail) => ({
      id: mail.id,
      to: mail.to_email,
      status: mail.status,
      why: mail.error_code ?? mail.metadata.waits_for ?? '',
      next: mail.next_retry_at ?? '',
    })),
  );

  heading("What is left of today's caps");
  const capacity = (await call('GET', '/capacity')).body;
  console.table(
    [
      { scope: 'all campaigns', ...capacity.global },
      { scope: campaign.name, ...capacity.campaigns[0] },
    ],
    ['scope', 'cap', 'used', 'left'],
  );
}

/** Mails are on their way for a moment after batch-send has answered. */
async function settled(call, campaignId) {
  for (;;) {
    const mails = (await call('GET', `/emails/outbound?campaign_id=${campaignId}&limit=100`)).body;
    const moving = mails.filter(
      (mail) => mail.status === 'SENDING' || (mail.status === 'QUEUED' && mail.next_retry_at === null),
    );
    if (moving.length === 0) return mails.toReversed();
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

function heading(text) {
  console.log(`\n== ${text}`);
}
