import type { StepThread } from '../sequences/enrolment-states.js';

/**
 * The mails that a step goes on with, oldest first: those that were sent since the last step that began a thread. Empty:
 * it begins one.
 */
export function threadOf<Mail extends { readonly sentAt: Date | null }>(
  steps: readonly { readonly thread: StepThread }[],
  step: number,
  mails: ReadonlyMap<number, Mail>,
): Mail[] {
  const thread: Mail[] = [];
  for (let later = step; later > 1 && steps[later - 1]?.thread !== 'new'; later -= 1) {
    const mail = mails.get(later - 1);
    if (mail !== undefined && mail.sentAt !== null) thread.unshift(mail);
  }
  return thread;
}
