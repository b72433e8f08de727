import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault as ProviderFault } from '../../support/fake-resend/fake-resend.mjs';
import { CHAOS_TIMING } from '../timing.js';
import type { Fault } from './fault.js';

/** What a mailer meets in `Retry-After` over the years. */
const RETRY_AFTER: readonly (string | null)[] = [
  '1',
  null,
  '0',
  'soon',
  '-5',
  '1000000000',
  'Sun, 06 Nov 1994 08:49:37 GMT',
];

/** Mails that meet a fault which only a person could end well. */
const FEW = 3;

/** A provider that breaks down before or after it accepted, throttles, refuses us or repeats itself. */
export const providerFaults: readonly Fault[] = [
  during('provider accepts, then resets', [{ mode: 'accept-then-reset' }]),
  during('provider accepts, then hangs', [{ mode: 'accept-then-hang' }, { mode: 'accept-then-stall' }]),
  during('provider accepts, then answers 500', [{ mode: '500-after' }]),
  during('provider down: 500 for all', [{ mode: '500-before' }]),
  during(
    '429 storm, every kind of Retry-After',
    RETRY_AFTER.map((wish) => ({
      mode: 'answer',
      status: 429,
      headers: wish === null ? {} : { 'retry-after': wish },
      body: problemOf(429, 'rate_limit_exceeded', 'Too many requests'),
    })),
  ),
  during('unreadable answers: cut, empty, {}, HTML, null', [
    { mode: 'truncated-200' },
    { mode: 'empty-200' },
    { mode: 'empty-object-200' },
    { mode: 'html-502' },
    { mode: 'null-body' },
  ]),
  during('409: the first request is still running', [
    { mode: 'slow', delayMs: CHAOS_TIMING.providerTimeoutMs * 2 },
  ]),
  onFewMails('409: the key was used with another body', {
    mode: 'answer',
    status: 409,
    body: problemOf(409, 'invalid_idempotent_request', 'Same key, different payload'),
  }),
  during('401: key revoked', [{ mode: 'unauthorized' }]),
  onFewMails('500 that sticks to its key', { mode: 'sticky-500' }),
  onFewMails('422: refused for good', {
    mode: 'answer',
    status: 422,
    body: problemOf(422, 'validation_error', 'Not with us'),
  }),
];

/** Every send meets one of the modes, each for its share of the time. */
function during(name: string, modes: readonly ProviderFault[]): Fault {
  return {
    name,
    async strike({ provider, holdMs, report }) {
      const before = provider.struck.length;
      for (const mode of modes) {
        await provider.meet(mode);
        await sleep(holdMs / modes.length);
      }
      if (!(await provider.hasStruck(1, before))) report('no mail met the fault');
      await provider.behave();
    },
  };
}

function onFewMails(name: string, mode: ProviderFault): Fault {
  return {
    name,
    async strike({ provider, report }) {
      const before = provider.struck.length;
      await provider.meet({ ...mode, times: FEW });
      if (!(await provider.hasStruck(FEW, before))) report('too few mails met the fault');
    },
  };
}

function problemOf(statusCode: number, name: string, message: string): string {
  return JSON.stringify({ statusCode, name, message });
}
