import type { SendOutcome } from '../email-provider.js';
import { presentable } from '../presentable.js';
import type { ConversationEnd } from './smtp-conversation.js';

/** What the client says of a failure: the server's reply, if it was one, and the command that it answered. */
interface Failure {
  readonly code: string;
  readonly command: string;
  /** 0: no reply. */
  readonly status: number;
  /** `5.1.1` (RFC 3463); empty: none was given. */
  readonly enhanced: string;
  readonly reply: string;
}

/** No login, a refused one, or TLS first (RFC 4954): wrong for every mail alike. */
const LOGIN_STATUSES: ReadonlySet<number> = new Set([530, 534, 535, 538]);

const BAD_SEQUENCE = 503;

/** The server does not carry our mail to other domains: we have no right to, whoever the recipient is. */
const NO_RELAY = /\brelay/i;

/** Too big for the server or the system (RFC 1870, RFC 3463). */
const TOO_BIG_STATUS = 552;
const TOO_BIG_ENHANCED: ReadonlySet<string> = new Set(['5.2.3', '5.3.4']);

/**
 * What one conversation means for the mail. Before the message begins to leave, every failure is a definite one. After
 * that only the server's answer to the message is, and whatever else happened may hide an acceptance.
 */
export function classifyConversation(end: ConversationEnd, messageIdHeader: string): SendOutcome {
  if (end.timedOut) {
    return end.mayBeWritten
      ? { kind: 'ambiguous', reason: 'no answer from the mail server in time' }
      : { kind: 'unreachable', reason: 'the mail server was not ready to take the message in time' };
  }
  if (end.error === null) return classifyAcceptance(end, messageIdHeader);

  const failure = readFailure(end.error);
  return end.mayBeWritten ? classifyAfterContent(failure) : classifyBeforeContent(failure);
}

function classifyAcceptance(
  { newMessageId, whollyWritten }: ConversationEnd,
  messageIdHeader: string,
): SendOutcome {
  if (!whollyWritten) {
    return { kind: 'ambiguous', reason: 'the mail server answered before it had the whole message' };
  }
  return {
    kind: 'accepted',
    messageId: messageIdHeader.slice(1, -1),
    messageIdHeader: newMessageId ?? messageIdHeader,
  };
}

/** `EMESSAGE` is the client's word for a refusal in answer to the message itself. */
function classifyAfterContent(failure: Failure): SendOutcome {
  const { code, status } = failure;
  if (code === 'EMESSAGE' && status >= 400 && status < 500) return deferred(failure);
  if (code === 'EMESSAGE' && status >= 500 && status < 600) {
    return LOGIN_STATUSES.has(status) ? misconfigured(failure) : rejected(failure);
  }
  return {
    kind: 'ambiguous',
    reason: presentable(`no readable answer from the mail server: ${failure.reply || code}`),
  };
}

function classifyBeforeContent(failure: Failure): SendOutcome {
  const { code, command, status } = failure;
  if (status >= 400 && status < 500) return deferred(failure);
  if (status >= 500 && status < 600) return classifyRefusal(failure);
  if (code === 'EAUTH') return misconfigured(failure);
  if (code === 'EMESSAGE' && command === 'MAIL FROM') {
    return {
      kind: 'rejected',
      code: 'MESSAGE_TOO_BIG',
      reason: 'the mail server takes no message of this size',
    };
  }
  if (code === 'EENVELOPE') {
    return {
      kind: 'rejected',
      code: 'INVALID_ENVELOPE',
      reason: 'the addresses do not fit into an envelope',
    };
  }
  return { kind: 'unreachable', reason: presentable(`no conversation with the mail server: ${code}`) };
}

/**
 * Whoever refuses before a recipient was named refuses us: our address, our login, our sender, which all mail has in
 * common. Only the size is the message's own.
 */
function classifyRefusal(failure: Failure): SendOutcome {
  const { command, status, enhanced, reply } = failure;
  if (status === TOO_BIG_STATUS || TOO_BIG_ENHANCED.has(enhanced)) return rejected(failure);
  if (LOGIN_STATUSES.has(status)) return misconfigured(failure);
  if (command !== 'RCPT TO' && command !== 'DATA') return misconfigured(failure);
  if (status === BAD_SEQUENCE) return deferred(failure);
  return NO_RELAY.test(reply) ? misconfigured(failure) : rejected(failure);
}

function rejected(failure: Failure): SendOutcome {
  const { status, enhanced } = failure;
  const code = ['SMTP', String(status), ...enhanced.split('.')].filter((part) => part !== '').join('_');
  return { kind: 'rejected', code, reason: describe(failure) };
}

function deferred(failure: Failure): SendOutcome {
  return { kind: 'deferred', reason: describe(failure) };
}

function misconfigured(failure: Failure): SendOutcome {
  return { kind: 'misconfigured', reason: describe(failure) };
}

function describe({ command, code, reply }: Failure): string {
  const asked = command === '' || command === 'CONN' ? '' : ` to ${command}`;
  return presentable(`the mail server answered${asked}: ${reply || code}`);
}

function readFailure(error: unknown): Failure {
  const fields: Readonly<Record<string, unknown>> =
    typeof error === 'object' && error !== null ? { ...error } : {};
  const reply = text(fields['response']).replace(/^\d{3}[ -]/gm, '');
  const status = fields['responseCode'];
  // A system error says more than the client's word for it: ECONNREFUSED, not ESOCKET.
  return {
    code: text(fields['originalCode']) || text(fields['code']) || 'unknown error',
    command: text(fields['command']),
    status: typeof status === 'number' ? status : 0,
    enhanced: /^[245]\.\d{1,3}\.\d{1,3}(?!\S)/.exec(reply)?.[0] ?? '',
    reply: typeof status === 'number' ? `${status} ${reply}` : reply,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
