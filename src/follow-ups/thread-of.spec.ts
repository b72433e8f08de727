import { describe, expect, it } from '@jest/globals';
import { threadOf } from './thread-of.js';

const SAME = { thread: 'same' } as const;
const NEW = { thread: 'new' } as const;

function mails(...sent: readonly number[]) {
  return new Map([1, 2, 3].map((step) => [step, { step, sentAt: sent.includes(step) ? new Date(0) : null }]));
}

function stepsOf(thread: readonly { readonly step: number }[]): number[] {
  return thread.map(({ step }) => step);
}

describe('threadOf', () => {
  it('is empty for the first step', () => {
    expect(threadOf([SAME, SAME], 1, mails())).toEqual([]);
  });

  it('holds the mails before, oldest first', () => {
    expect(stepsOf(threadOf([SAME, SAME, SAME], 3, mails(1, 2)))).toEqual([1, 2]);
  });

  it('begins anew with a step that says so', () => {
    expect(threadOf([SAME, NEW, SAME], 2, mails(1))).toEqual([]);
    expect(stepsOf(threadOf([SAME, NEW, SAME], 3, mails(1, 2)))).toEqual([2]);
  });

  it('leaves out what never left', () => {
    expect(stepsOf(threadOf([SAME, SAME, SAME], 3, mails(1)))).toEqual([1]);
  });
});
