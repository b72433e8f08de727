import { describe, expect, it } from '@jest/globals';
import { readReturnedMail, returnedMailStart } from './returned-mail.js';

describe('readReturnedMail', () => {
  it('reads the header and not the text below it', () => {
    const mail = readReturnedMail(`Received: from web by mx; Mon
MESSAGE-ID:
 <original-1@ours.test>
From: Ann <Ann@ours.test>
To: Bob <Bob@theirs.test>,
 carol@theirs.test

Message-ID: <other@ours.test>`);

    expect(mail.messageId).toBe('<original-1@ours.test>');
    expect(mail.recipients).toEqual(['bob@theirs.test', 'carol@theirs.test']);
    expect(mail.sender).toBe('ann@ours.test');
  });

  it('puts brackets around a bare Message-ID', () => {
    expect(readReturnedMail('Message-ID: original-1@ours.test').messageId).toBe('<original-1@ours.test>');
  });

  it('skips blank lines and the line of a mailbox file before the header', () => {
    expect(readReturnedMail('\nFrom ann Mon Mar 2\nMessage-ID: <a@ours.test>').messageId).toBe(
      '<a@ours.test>',
    );
  });

  it('knows nothing of a text without a header', () => {
    expect(readReturnedMail('Hello Bob\n\nhow are you?')).toEqual({
      messageId: null,
      recipients: [],
      sender: null,
      fields: [],
    });
  });
});

describe('returnedMailStart', () => {
  it('finds a header by three fields of which one tells the way', () => {
    const lines = ['It failed:', '', 'Return-Path: <ann@ours.test>', 'To: bob', ' and carol', 'Subject: q'];

    expect(returnedMailStart(lines)).toBe(2);
  });

  it('takes no list of fields for a header', () => {
    const lines = ['Your message', 'To: bob@theirs.test', 'Subject: q', 'Date: Monday', '', 'did not arrive'];

    expect(returnedMailStart(lines)).toBe(-1);
  });
});
