import { createHash } from 'node:crypto';

import type { SmtpServer } from '../../../config/smtp-server.js';
import type { EmailProvider, ProviderName, SendOutcome, WireEmail } from '../email-provider.js';
import { wholeMs } from '../time-limit.js';
import { converse } from './smtp-conversation.js';
import { type SmtpMessage, writeSmtpMessage } from './smtp-message.js';
import { classifyConversation } from './smtp-outcome.js';

/** Delivers to a mail server (RFC 5321): one connection and one message per call, no retry, no memory of send keys. */
export class SmtpEmailProvider implements EmailProvider {
  /** The same message twice is two mails to a mail server. */
  readonly dedupeWindowMs = 0;
  readonly accountFingerprint: string;
  readonly simulated = false;
  readonly #server: SmtpServer;

  constructor(server: SmtpServer) {
    this.#server = server;
    this.accountFingerprint = fingerprintOf(server);
  }

  /** Always true: without a server there is no instance. */
  isConfigured(): boolean {
    return true;
  }

  getName(): ProviderName {
    return 'SMTP';
  }

  async send(email: WireEmail, sendKey: string, timeoutMs: number): Promise<SendOutcome> {
    let message: SmtpMessage;
    try {
      message = await writeSmtpMessage(email, sendKey);
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'unknown error';
      return { kind: 'rejected', code: 'INVALID_MAIL', reason: `no message can be made of it: ${cause}` };
    }
    const end = await converse(this.#server, message, wholeMs(timeoutMs));
    return classifyConversation(end, message.messageIdHeader);
  }
}

/** The password is left out: a changed one is the same account. */
function fingerprintOf({ host, port, login }: SmtpServer): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([host, port, login?.user ?? null]), 'utf8')
    .digest('hex');
  return `smtp-${digest.slice(0, 16)}`;
}
