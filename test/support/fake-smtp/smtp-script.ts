/**
 * A moment of a conversation at which the fake may do something else than take the mail: before the greeting, in
 * answer to a command, when the first of the message arrives (`content`), or in answer to its end (`message`).
 */
export type SmtpStep =
  'greeting' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'content' | 'message';

/** `accept` keeps the mail all the same: the worst case is an answer that is lost after that. */
export type SmtpFault =
  | { readonly do: 'reply'; readonly line: string }
  | { readonly do: 'reset' | 'close' | 'hang'; readonly accept?: boolean };

/** A mail that the fake took. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message with its dots unstuffed, CRLF at the line ends. */
  readonly message: string;
}

export interface FakeSmtpOptions {
  /** Asks for this login before it takes a mail; absent: takes mail from everybody. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Extensions of the EHLO answer; default PIPELINING and SIZE. */
  readonly extensions?: readonly string[];
}

/** What a connection asks of the server that it belongs to. */
export interface SmtpHost {
  readonly options: FakeSmtpOptions;
  readonly mails: TakenMail[];
  readonly commands: string[];
  takeFault(step: SmtpStep): SmtpFault | undefined;
}
