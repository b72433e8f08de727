import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

import type { SmtpServer } from '../../../config/smtp-server.js';
import { wholeMs } from '../time-limit.js';
import type { SmtpMessage } from './smtp-message.js';

/** How one conversation with the server ended, as far as it can be known. */
export interface ConversationEnd {
  /** What the client reported; null: the server took the message, or our time limit came first. */
  readonly error: unknown;
  /** True when our own time limit ended it. */
  readonly timedOut: boolean;
  /** False only on proof: not one byte of the message was handed to the socket. */
  readonly mayBeWritten: boolean;
  /** True when the whole message was handed over, so that an answer to it is one. */
  readonly whollyWritten: boolean;
  /** The Message-ID, in angle brackets, that the server says it gave the message in place of ours. */
  readonly newMessageId: string | null;
}

/** How long a server may take to say good-bye. */
const FAREWELL_MS = 1_000;

/** What is read of a message at a time: the client reads on when the socket has taken what it got. */
const PIECE_BYTES = 16_384;

/**
 * One mail over one connection, without a retry. No connection is kept for the next mail: one that the server has
 * closed meanwhile looks like a server that is down. The client of nodemailer is used without its transports, because
 * only between its steps does it show whether the message has begun to leave.
 *
 * @param limitMs whole milliseconds for all of it, from the look-up of the name to the answer
 */
export async function converse(
  server: SmtpServer,
  message: SmtpMessage,
  limitMs: number,
): Promise<ConversationEnd> {
  const connection = new SMTPConnection(optionsOf(server, limitMs));
  const content = new WatchedContent(message.bytes);

  return new Promise((resolve) => {
    const finish = (end: Pick<ConversationEnd, 'error' | 'timedOut' | 'newMessageId'>): void => {
      clearTimeout(timer);
      const { mayBeWritten, whollyWritten } = content;
      if (end.error === null && !end.timedOut) takeLeave(connection);
      else connection.close();
      resolve({ ...end, mayBeWritten, whollyWritten });
    };
    const fail = (error: unknown): void => finish({ error, timedOut: false, newMessageId: null });
    const timer = setTimeout(() => finish({ error: null, timedOut: true, newMessageId: null }), limitMs);

    const handOver = (): void => {
      const envelope = {
        from: message.envelopeFrom,
        to: [message.envelopeTo],
        size: message.bytes.length,
      };
      connection.send(envelope, content, (error, info) =>
        error === null
          ? finish({ error, timedOut: false, newMessageId: info.serverMessageId ?? null })
          : fail(error),
      );
    };

    // Stays on for good: an error after the answer is nobody's business, and without a listener it ends the process.
    connection.on('error', fail);
    connection.connect((error) => {
      if (error !== undefined) fail(error);
      else if (server.login === null) handOver();
      else logIn(connection, server.login, handOver, fail);
    });
  });
}

function optionsOf({ host, port, tls }: SmtpServer, limitMs: number): SMTPConnectionOptions {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    // The limit of the whole conversation rules; these only keep the defaults from outliving it.
    connectionTimeout: wholeMs(limitMs + FAREWELL_MS),
    greetingTimeout: wholeMs(limitMs + FAREWELL_MS),
    dnsTimeout: wholeMs(limitMs + FAREWELL_MS),
    socketTimeout: wholeMs(limitMs + FAREWELL_MS),
    socketCloseTimeout: 0,
  };
}

function logIn(
  connection: SMTPConnection,
  { user, password }: NonNullable<SmtpServer['login']>,
  done: () => void,
  fail: (error: unknown) => void,
): void {
  connection.login({ user, pass: password }, (error) => {
    if (error === null) done();
    else fail(error);
  });
}

/** RFC 5321, 4.1.1.10: a client says QUIT. Nobody waits for it. */
function takeLeave(connection: SMTPConnection): void {
  const timer = setTimeout(() => connection.close(), FAREWELL_MS);
  connection.once('end', () => clearTimeout(timer));
  connection.quit();
}

/** The message, and how much of it has been read: the client reads nothing before the server has asked for it. */
class WatchedContent extends Readable {
  mayBeWritten = false;
  whollyWritten = false;
  private at = 0;

  constructor(private readonly bytes: Buffer) {
    super({ highWaterMark: PIECE_BYTES });
  }

  override _read(): void {
    this.mayBeWritten = true;
    this.whollyWritten = this.at >= this.bytes.length;
    this.push(this.whollyWritten ? null : this.bytes.subarray(this.at, this.at + PIECE_BYTES));
    this.at += PIECE_BYTES;
  }
}
