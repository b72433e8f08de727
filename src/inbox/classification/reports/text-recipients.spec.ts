import { describe, expect, it } from '@jest/globals';
import { namedRecipients } from './text-recipients.js';

function named(
  text: string,
  addressees: readonly string[] = [],
  bystanders: readonly string[] = [],
): string[] {
  const parties = { addressees: new Set(addressees), bystanders: new Set(bystanders) };
  return namedRecipients(text.split('\n'), parties).map(({ address }) => address);
}

describe('namedRecipients', () => {
  it.each([
    '<bob@theirs.test>: host mx said no',
    '  bob@theirs.test',
    ' * bob@theirs.test (user unknown)',
    '"bob@theirs.test":',
    'bob@theirs.test... User unknown',
    'bob@theirs.test on Monday',
    'smtp:Bob@Theirs.Test',
    'Bob Smith <bob@theirs.test>',
    '>>> bob@theirs.test <bob@theirs.test>',
    'robert@elsewhere.test <bob@theirs.test>: malformed address',
    'Recipient: <bob@theirs.test>',
    'Could not be delivered to: bob@theirs.test',
    'Unknown user: bob@theirs.test',
    'Your mail to bob@theirs.test could not be delivered',
    '550 5.1.1 <bob@theirs.test>... User unknown',
    'rejected recipient <bob@theirs.test> (Error following RCPT command)',
  ])('finds the recipient in %j', (line) => {
    expect(named(`It failed:\n\n${line}`)).toEqual(['bob@theirs.test']);
  });

  it('finds all that are listed, each once', () => {
    const text = 'a@theirs.test, b@theirs.test\n<c@theirs.test>: no\n<a@theirs.test>: no';

    expect(named(text)).toEqual(['a@theirs.test', 'b@theirs.test', 'c@theirs.test']);
  });

  it('gives each its own words', () => {
    const parties = { addressees: new Set<string>(), bystanders: new Set<string>() };
    const lines = ['<a@theirs.test>:', '550 no', '', '<b@theirs.test>:', '552 full'];

    expect(namedRecipients(lines, parties).map(({ said }) => said)).toEqual([
      '<a@theirs.test>:\n550 no\n',
      '<b@theirs.test>:\n552 full',
    ]);
  });

  it.each([
    ['From: ann@ours.test\nTo: bob@theirs.test', 'bob@theirs.test'],
    ['>>> MAIL FROM:<ann@ours.test>\n>>> RCPT TO:<bob@theirs.test>\n<<< 550 no', 'bob@theirs.test'],
    ['  bob@theirs.test\n    (generated from team@theirs.test)', 'bob@theirs.test'],
    ['Mail to bob@theirs.test failed. Ask postmaster@theirs.test', 'bob@theirs.test'],
  ])('leaves out who has not failed in %j', (text, address) => {
    expect(named(text)).toEqual([address]);
  });

  it('leaves out whom the report is for, unless there is nobody else', () => {
    expect(named('ann@ours.test\nbob@theirs.test', [], ['ann@ours.test'])).toEqual(['bob@theirs.test']);
    expect(named('ann@ours.test', [], ['ann@ours.test'])).toEqual(['ann@ours.test']);
  });

  it('believes the header of the mail where sentences name several', () => {
    const text = 'Mail to bob@theirs.test failed, carol@theirs.test was told of the error';

    expect(named(text, ['bob@theirs.test'])).toEqual(['bob@theirs.test']);
  });

  it('finds a postmaster whom we wrote to', () => {
    expect(named('Mail to postmaster@theirs.test failed', ['postmaster@theirs.test'])).toEqual([
      'postmaster@theirs.test',
    ]);
  });

  it('finds nobody where nothing is said to have failed', () => {
    expect(named('Hello\nI saw bob@theirs.test yesterday\nBye')).toEqual([]);
  });
});
