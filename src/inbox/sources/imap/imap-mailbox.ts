import { createHash } from 'node:crypto';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import type { MailboxAccount, MailboxAnswer, MailboxSession } from '../mailbox.js';
import { ConnectionWatch } from './connection-watch.js';
import { ImapSession } from './imap-session.js';
import { DEFAULT_IMAP_LIMITS, type ImapLimits, type ImapSettings } from './imap-settings.js';

const GREETING_WITHIN_MS = 15_000;

/** The list of all UIDs of a mailbox is one line: this is room for more than a million. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** What comes around the bytes of a mail in one answer. */
const FRAMING = 64 * 1024;

/** Reads an account by IMAP (RFC 3501, RFC 9051). One connection for each session. */
export class ImapMailbox implements MailboxAccount {
  readonly fingerprint: string;

  constructor(
    private readonly settings: ImapSettings,
    private readonly limits: ImapLimits = DEFAULT_IMAP_LIMITS,
  ) {
    this.fingerprint = fingerprintOf(settings);
  }

  /** Always true: without user and password there is no instance. */
  isConfigured(): boolean {
    return true;
  }

  async connect(signal: AbortSignal): Promise<MailboxAnswer<MailboxSession>> {
    if (signal.aborted) return { kind: 'unreachable', code: 'stopped' };

    const watch: ConnectionWatch = new ConnectionWatch(() => client.close());
    const client = new ImapFlow({ ...this.options(), logger: watch.logger });
    // An error without a listener ends the process.
    client.on('error', (error: unknown) => watch.noteError(error));
    const stop = (): void => watch.end({ kind: 'unreachable', code: 'stopped' });
    signal.addEventListener('abort', stop);
    client.on('close', () => signal.removeEventListener('abort', stop));
    const limit = setTimeout(
      () => watch.end({ kind: 'unreachable', code: 'no_answer_in_time' }),
      this.limits.connectWithinMs,
    );
    try {
      await watch.untilEnd(client.connect());
      return {
        kind: 'told',
        value: new ImapSession(client, watch, this.settings.mailboxes, this.limits),
      };
    } catch (error) {
      const failure = watch.causeOf(error);
      watch.end(failure);
      signal.removeEventListener('abort', stop);
      return failure;
    } finally {
      clearTimeout(limit);
    }
  }

  private options(): ImapFlowOptions {
    const { server, port, security, user, password, trusted } = this.settings;
    const { connectWithinMs, silenceMs, mostBytes } = this.limits;
    return {
      host: server,
      port,
      secure: security === 'tls',
      // Left out, the library would go on in clear text where it finds no STARTTLS.
      ...(security !== 'tls' && { doSTARTTLS: security === 'starttls' }),
      auth: { user, pass: password },
      tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(trusted !== undefined && { ca: trusted }) },
      clientInfo: { name: 'cam-email-service' },
      disableAutoIdle: true,
      disableCompression: true,
      connectionTimeout: connectWithinMs,
      greetingTimeout: Math.min(GREETING_WITHIN_MS, connectWithinMs),
      socketTimeout: silenceMs,
      maxLineLength: LONGEST_LINE,
      maxLiteralSize: mostBytes + FRAMING,
      maxResponseSize: Math.max(mostBytes, LONGEST_LINE) + 2 * FRAMING,
    };
  }
}

/** 96 bits of a hash: whoever sees it learns neither server nor user, unless he guesses both. */
function fingerprintOf({ server, user }: ImapSettings): string {
  const digest = createHash('sha256').update(JSON.stringify([server.toLowerCase(), user]), 'utf8');
  return `imap-${digest.digest('hex').slice(0, 24)}`;
}
