import { describe, expect, it } from '@jest/globals';
import type { BounceKind } from '../classification.js';
import { bounceVerdict } from './bounce-kind.js';

/** What servers say, its enhanced status code, and what it means for the address. */
const sayings: readonly (readonly [string, string | null, BounceKind])[] = [
  // Dead.
  [
    '550 5.1.1 <bob@theirs.test>: Recipient address rejected: User unknown in local recipient table',
    '5.1.1',
    'hard',
  ],
  ['550 5.1.1 The email account that you tried to reach does not exist. Please try', '5.1.1', 'hard'],
  ['550 The email account that you tried to reach does not exist.', null, 'hard'],
  ['550 Requested action not taken: mailbox unavailable', null, 'hard'],
  ['550 5.5.0 Requested action not taken: mailbox unavailable', '5.5.0', 'hard'],
  ['550 No such user here', null, 'hard'],
  ['550 sorry, no mailbox here by that name (#5.1.1 - chkusr)', '5.1.1', 'hard'],
  ['550 5.1.1 unknown or illegal alias: bob@theirs.test', '5.1.1', 'hard'],
  ['550 <bob@theirs.test>... User unknown', null, 'hard'],
  [
    '554 delivery error: dd Requested mail action aborted, mailbox not found - mta1.theirs.test',
    null,
    'hard',
  ],
  ['550 Unknown local part bob in <bob@theirs.test>', null, 'hard'],
  ['unknown local-part "bob" in domain "theirs.test"', null, 'hard'],
  ['550 Unrouteable address', null, 'hard'],
  ['550 unknown user account', null, 'hard'],
  ['550 Invalid recipient bob@theirs.test', null, 'hard'],
  ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup', '5.1.10', 'hard'],
  ['550 5.4.1 [bob@theirs.test]: Recipient address rejected: Access denied', '5.4.1', 'hard'],
  ['User bob (bob@theirs.test) not listed in Domino Directory', '5.0.0', 'hard'],
  ['550 #5.1.0 Address rejected bob@theirs.test', '5.1.0', 'hard'],
  ['550 Address invalid', null, 'hard'],
  ['550 bob@theirs.test is not a valid mailbox', null, 'hard'],
  ['511 5.1.1 unknown address or alias', '5.1.1', 'hard'],
  ['550 Recipient does not exist here', null, 'hard'],
  ['550 account has been deleted', null, 'hard'],
  ['553 sorry, this recipient is not in my validrcptto list (#5.7.1)', '5.7.1', 'hard'],
  ['550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416', '5.1.1', 'hard'],
  ['550 El usuario no existe', null, 'hard'],
  ['550 Usuário inexistente', null, 'hard'],
  ['550 Utente sconosciuto', null, 'hard'],
  ['550 Benutzer unbekannt', null, 'hard'],
  ['550 Empfängeradresse unbekannt', null, 'hard'],
  ['550 Пользователь не найден', null, 'hard'],
  ['550 用户不存在', null, 'hard'],
  ['550 Brak takiego użytkownika', null, 'hard'],
  ['550 5.1.2 <bob@theirs.test>... Host unknown (Name server: theirs.test: host not found)', '5.1.2', 'hard'],
  [
    'Host or domain name not found. Name service error for name=theirs.test type=A: Host not found',
    '5.4.4',
    'hard',
  ],
  ["Sorry, I couldn't find any host named theirs.test. (#5.1.2)", '5.1.2', 'hard'],
  ['550 Domain does not exist', null, 'hard'],
  ['all relevant MX records point to non-existent hosts', null, 'hard'],
  ['an MX or SRV record indicated no SMTP service', null, 'hard'],
  ['556 5.1.10 Recipient address has null MX', '5.1.10', 'hard'],
  ['Domain theirs.test does not accept mail (nullMX)', '5.1.0', 'hard'],
  ['No MX record found for domain=theirs.test', null, 'hard'],
  ['551 5.1.6 User has moved; please try <robert@theirs.test>', '5.1.6', 'hard'],
  ['550 5.1.6 recipient no longer on server: bob@theirs.test', '5.1.6', 'hard'],
  ['501 5.1.3 Bad recipient address syntax', '5.1.3', 'hard'],
  ['Unable to route to domain theirs.test', null, 'hard'],
  ['', '5.1.1', 'hard'],
  ['550', '5.0.0', 'soft'],
  // Full.
  ['552 5.2.2 Mailbox full', '5.2.2', 'soft'],
  ['452 4.2.2 The email account that you tried to reach is over quota', '4.2.2', 'soft'],
  ['550 5.1.1 <bob@theirs.test>... Quota exceeded', '5.1.1', 'soft'],
  ['552 sorry, that recipient has exceeded their disk space allocation', null, 'soft'],
  ['552 5.2.2 <bob@theirs.test>: user is over quota', '5.2.2', 'soft'],
  ['550 5.7.1 Requested mail action aborted: exceeded storage allocation', '5.7.1', 'soft'],
  ['maildir delivery failed: The user quota has been exceeded', null, 'soft'],
  ['Benutzer hat zuviele Mails auf dem Server.', null, 'soft'],
  ['550 Boite du destinataire pleine. Recipient overquota. OFR_417', null, 'soft'],
  ['450 Почтовый ящик переполнен', null, 'soft'],
  ["can't create user output file: Disc quota exceeded", null, 'soft'],
  ['MapiExceptionShutoffQuotaExceeded', '5.2.2', 'soft'],
  // Disabled, or wants no mail.
  ['550 5.2.1 The email account that you tried to reach is disabled.', '5.2.1', 'soft'],
  [
    '550 5.7.1 Sorry, your message cannot be delivered. This account has been disabled or discontinued [#101].',
    '5.7.1',
    'soft',
  ],
  ['550 Account is temporarily locked', null, 'soft'],
  ['550 bob@theirs.test is currently suspended', null, 'soft'],
  ['550 5.1.1 Boite du destinataire archivee. Archived recipient. OFR_422', '5.1.1', 'soft'],
  ['550 5.1.1 RCP-P1 refused due to recipient preferences', '5.1.1', 'soft'],
  ['550 5.2.1 This user has been temporarily disabled', '5.2.1', 'soft'],
  ['550 mailbox is inactive', null, 'soft'],
  // Network, time, size, configuration.
  ['connect to theirs.test[192.0.2.9]:25: Connection timed out', '4.4.1', 'soft'],
  ['connect to theirs.test[192.0.2.9]:25: Connection refused', '4.4.1', 'soft'],
  ['Host not found, try again', '4.4.3', 'soft'],
  ['450 4.1.1 <bob@theirs.test>: Recipient address rejected: User unknown', '4.1.1', 'soft'],
  ['retry timeout exceeded', null, 'soft'],
  ['Mail server for "theirs.test" unreachable for too long', null, 'soft'],
  ['mail for theirs.test loops back to myself', '5.4.6', 'soft'],
  ['554 5.4.6 Too many hops 27 (26 max)', '5.4.6', 'soft'],
  ['552 5.3.4 Message size exceeds fixed maximum message size', '5.3.4', 'soft'],
  ['Command died with status 1', '5.3.0', 'soft'],
  ['554 Service unavailable', null, 'soft'],
  // Refused.
  ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using a list', '5.7.1', 'policy'],
  ['550 5.7.1 <bob@theirs.test>... Relaying denied', '5.7.1', 'policy'],
  ["553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", '5.7.1', 'policy'],
  ['550 5.7.26 This mail is unauthenticated, which poses a security risk to the sender', '5.7.26', 'policy'],
  ['550 5.7.1 Message rejected as spam', '5.7.1', 'policy'],
  ['550 5.1.1 rejected: see https://www.spamhaus.org/query/ip/192.0.2.1', '5.1.1', 'policy'],
  ['421 4.7.0 [TS01] Messages temporarily deferred due to user complaints', '4.7.0', 'policy'],
  ['554 5.7.9 Message not accepted for policy reasons', '5.7.9', 'policy'],
  ['550 5.7.25 The IP address sending this message does not have a PTR record', '5.7.25', 'policy'],
  ['550 5.1.8 Sender address rejected: Domain not found', '5.1.8', 'policy'],
  ['550 5.1.7 No such domain ours.test', '5.1.7', 'policy'],
  ['550 unknown user (in reply to MAIL FROM command)', '5.0.0', 'policy'],
  ['550 Administrative prohibition', null, 'policy'],
  ['554 Message refused by content filter', null, 'policy'],
  ['550 5.7.1 RESOLVER.RST.AuthRequired; authentication required', '5.7.1', 'policy'],
  ['421 too many connections from your IP', null, 'policy'],
  [
    '552 5.7.0 This message was blocked because its content presents a potential security issue',
    '5.7.0',
    'policy',
  ],
  ['550 Sender verify failed', null, 'policy'],
  ['550 Protocol violation', '5.0.0', 'policy'],
  ['550 Rejected', '5.0.0', 'policy'],
];

describe('bounceVerdict', () => {
  it.each(sayings)('of %j with code %s says %s', (said, status, kind) => {
    expect(bounceVerdict([said], status).kind).toBe(kind);
  });

  it('believes the refusing server, not the sentences that the reporting one puts around its words', () => {
    const said = `Your message was rejected by theirs.test. The error that the other server returned was:
      550 5.1.1 no such user`;

    expect(bounceVerdict([said], '5.1.1').rule).toBe('unknown-user');
  });

  it('takes a bare "user unknown" after the whole mail for a filter', () => {
    const said = 'host mx.theirs.test said: 550 Unknown user (in reply to end of DATA command)';

    expect(bounceVerdict([said], '5.0.0')).toEqual({ kind: 'soft', rule: 'refused-after-data' });
    expect(bounceVerdict([said], '5.1.1').kind).toBe('hard');
  });

  it('reads no reason out of names of hosts, addresses and links', () => {
    const said =
      'host spam.filter.theirs.test said of blocked@theirs.test, see https://spam.test/policy: 550 failed';

    expect(bounceVerdict([said], '5.1.1').rule).toBe('status-5.1');
  });

  it('asks the later words only where the first tell nothing', () => {
    expect(bounceVerdict(['550', 'The mailbox is full'], '5.0.0').rule).toBe('mailbox-full');
    expect(bounceVerdict(['550 no such user', 'The mailbox is full'], '5.0.0').rule).toBe('unknown-user');
  });
});
