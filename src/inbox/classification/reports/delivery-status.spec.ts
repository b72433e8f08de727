import { describe, expect, it } from '@jest/globals';
import { recipientStatusesIn } from './delivery-status.js';

describe('recipientStatusesIn', () => {
  it('reads every recipient of a report as RFC 3464 writes it', () => {
    const statuses = recipientStatusesIn(`Reporting-MTA: dns; mx.theirs.test
Arrival-Date: Mon, 2 Mar 2026 10:00:00 +0000

Original-Recipient: rfc822;Bob@theirs.test
Final-Recipient: rfc822; bob@hidden.test
Action: failed
Status: 5.1.1 (bad destination)
Remote-MTA: dns; mx.hidden.test
Diagnostic-Code: smtp; 550 5.1.1 <bob@hidden.test>:
 Recipient address rejected

Final-Recipient: RFC822; carol@theirs.test
Action: delayed
Status: 4.4.1
`);

    expect(statuses).toEqual([
      {
        address: 'bob@hidden.test',
        aliases: ['bob@theirs.test', 'bob@hidden.test'],
        action: 'failed',
        status: '5.1.1',
        comment: ' (bad destination)',
        diagnostic: '550 5.1.1 <bob@hidden.test>: Recipient address rejected',
      },
      {
        address: 'carol@theirs.test',
        aliases: ['carol@theirs.test'],
        action: 'delayed',
        status: '4.4.1',
        comment: '',
        diagnostic: '',
      },
    ]);
  });

  it('keeps recipients apart without a blank line between them', () => {
    const statuses = recipientStatusesIn(`Reporting-MTA: dns; mx.theirs.test
Final-Recipient: rfc822; bob@theirs.test
Action: failed
Status: 5.1.1
Final-Recipient: rfc822; carol@theirs.test
Action: failed
Status: 5.2.2`);

    expect(statuses.map(({ address, status }) => [address, status])).toEqual([
      ['bob@theirs.test', '5.1.1'],
      ['carol@theirs.test', '5.2.2'],
    ]);
  });

  it('keeps one recipient together with blank lines inside', () => {
    const statuses = recipientStatusesIn(`Reporting-MTA: dns; mx.theirs.test


Final-Recipient: rfc822; bob@theirs.test

Action: failed

Status: 5.1.1`);

    expect(statuses).toHaveLength(1);
    expect(statuses[0]).toMatchObject({ address: 'bob@theirs.test', action: 'failed', status: '5.1.1' });
  });

  it.each([
    ['Final-Recipient: bob@theirs.test', 'bob@theirs.test'],
    ['Final-Recipient: rfc822;<bob@theirs.test>', 'bob@theirs.test'],
    ['Final-Recipient: rfc822; "bob smith"@theirs.test', '"bob smith"@theirs.test'],
    ['Final-Recipient: utf-8; böb@theirs.test', 'böb@theirs.test'],
    ['Original-Recipient: <bob@theirs.test>', 'bob@theirs.test'],
    ['X-Actual-Recipient: rfc822; bob@theirs.test', 'bob@theirs.test'],
    ['Final-Recipient: LOCAL; bob', null],
  ])('reads %j as %s', (field, address) => {
    expect(recipientStatusesIn(`${field}\nAction: failed`)[0]?.address).toBe(address);
  });

  it.each([
    ['failed (bad destination mailbox)', 'failed'],
    ['Failure', 'failed'],
    ['delayed', 'delayed'],
    ['relayed', 'delivered'],
    ['expanded', 'delivered'],
    ['delivered', 'delivered'],
    ['whatever', null],
  ])('reads the action %j as %s', (action, known) => {
    expect(recipientStatusesIn(`Final-Recipient: bob@theirs.test\nAction: ${action}`)[0]?.action).toBe(known);
  });

  it.each([
    ['5.0.0', 'smtp; 550 5.1.1 no such user', '5.1.1'],
    ['5.1.1', 'smtp; 550 5.7.1 blocked', '5.7.1'],
    ['5.1.1', 'smtp; 550 5.0.0 no', '5.1.1'],
    ['5.2.2', 'smtp; 552 full', '5.2.2'],
    ['unknown', 'smtp; 552 full', null],
  ])('of the code %s and the words %j takes %s', (declared, said, status) => {
    const [found] = recipientStatusesIn(
      `Final-Recipient: bob@theirs.test\nStatus: ${declared}\nDiagnostic-Code: ${said}`,
    );

    expect(found?.status).toBe(status);
  });

  it('finds nobody in a part about the mail alone', () => {
    expect(recipientStatusesIn('Reporting-MTA: dns; mx.theirs.test\n\nsome words')).toEqual([]);
  });
});
