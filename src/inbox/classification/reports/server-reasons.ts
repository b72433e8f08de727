import { DEAD_ADDRESS_PHRASES, DEAD_ADDRESS_REASONS } from './dead-address-reasons.js';
import { MAILBOX_REASONS } from './mailbox-reasons.js';
import { REFUSAL_REASONS } from './refusal-reasons.js';
import { reason, type ServerReason } from './server-reason.js';

const TRANSPORT_REASONS: readonly ServerReason[] = [
  reason(
    'network',
    'soft',
    'host not found, try again',
    'name service error .{0,80}try again',
    '(?:host ?name|dns|name ?server|mx|domain)\\b.{0,20} (?:lookup|query|resolution) (?:failure|failed|error|timed? ?out)(?!.{0,30}not found)',
    'servfail',
    '(?:mail|routing|forwarding|message|aliasing) ?(?:/forwarding )?loop',
    'loops? back to',
    'too many hops',
    'hop ?count',
    'maximum .{0,20}(?:hops|loop)',
    'timed out',
    '(?:connection|operation|network|session|conversation|read) time-?d? ?out',
    'connection (?:was )?(?:refused|reset|lost|dropped|closed|broken|aborted)',
    'lost connection',
    'no route to host',
    'network (?:is )?unreachable',
    'could not connect',
    'unable to connect',
    'failed to connect',
    'cannot connect',
    'socket error',
    'communications? (?:failure|problem|error)',
    'in the time limit',
    'retry time(?:out)? (?:not reached|exceeded)',
    '(?:in the )?queue too long',
    'unreachable for too long',
    'delivery time expired',
    '(?:message|delivery) (?:has )?expired',
    'not delivered within',
    'could not be delivered for',
    'failing for a long time',
    'within the time limit',
    'point(?:s|ed)? to local ?host',
  ),
  reason('syntax', 'soft', 'malformed (?:recipient )?address', 'incorrectly constructed'),
];

/**
 * How servers say why, in the order in which they are tried. What is no fault of the address goes before what makes
 * it dead, because such texts often quote a rule about unknown users.
 */
export const SERVER_REASONS: readonly ServerReason[] = [
  ...DEAD_ADDRESS_PHRASES,
  ...MAILBOX_REASONS,
  ...REFUSAL_REASONS,
  ...TRANSPORT_REASONS,
  ...DEAD_ADDRESS_REASONS,
];

/** Tried only where no code says more than that it failed. */
export const VAGUE_REASONS: readonly ServerReason[] = [
  reason('syntax', 'soft', 'malformed', 'syntax error', 'syntactically'),
  reason(
    'waiting',
    'soft',
    'giving up',
    'timeout',
    '\\bretry',
    'expired',
    'delayed',
    'deferred',
    'not yet been delivered',
    'unreachable',
    'temporar',
    'try again',
    'service (?:is )?(?:currently )?(?:unavailable|not available)',
    'i/o error',
    '(?:local|configuration|internal|system|server|disk|write) (?:error|problem)',
    'resources',
    'unknown mailer error',
    'exit (?:status|code)',
    'died with',
    'process failed',
    'transaction failed',
    'permanent failure for one or more',
  ),
];
