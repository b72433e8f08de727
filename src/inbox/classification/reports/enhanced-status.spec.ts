import { describe, expect, it } from '@jest/globals';
import { enhancedStatusIn, replyCodeIn } from './enhanced-status.js';

describe('enhancedStatusIn', () => {
  it.each([
    ['550 5.1.1 <bob@theirs.test>: User unknown', '5.1.1'],
    ['550-5.7.26 Unauthenticated mail\n550 5.7.26 see', '5.7.26'],
    ['550 #5.1.0 Address rejected', '5.1.0'],
    ['Sorry, no mailbox here by that name. (#5.1.1)', '5.1.1'],
    ['please try again later [#4.1.9].', '4.1.9'],
    ['<mail.theirs.test #5.5.0 smtp;550 refused>', '5.5.0'],
    ['ERROR_CODE :5.1.1 unknown', '5.1.1'],
    ['5.2.0 first, then 550 5.1.1 unknown', '5.1.1'],
  ])('finds in %j the code %s', (said, status) => {
    expect(enhancedStatusIn(said)).toBe(status);
  });

  it.each([
    'host mx [4.2.2.1] said: 550 no',
    'with Internet Mail Service (5.5.2657.72)',
    'Sendmail 8.14.4/5.1.1.2',
    '550 no code at all',
    'connect to 5.1.1.9:25 failed',
  ])('takes no address or version for a code: %j', (said) => {
    expect(enhancedStatusIn(said)).toBeNull();
  });
});

describe('replyCodeIn', () => {
  it.each([
    ['host mx.theirs.test[192.0.2.55] said: 554 no', '554'],
    ['<<< 550 User unknown', '550'],
    ['550', '550'],
    ['smtp; 421 later', '421'],
    ['reason: 550 5.2.0 refused', '550'],
  ])('finds in %j the code %s', (said, code) => {
    expect(replyCodeIn(said)).toBe(code);
  });

  it.each(['more than 5500 hours', 'see /codes.php#554', '192.0.2.450 refused'])(
    'takes no other number for a code: %j',
    (said) => {
      expect(replyCodeIn(said)).toBeNull();
    },
  );
});
