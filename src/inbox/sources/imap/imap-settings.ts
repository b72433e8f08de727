/** Which account, and how it is reached. */
export interface ImapSettings {
  readonly server: string;
  readonly port: number;
  /** `tls`: from the first byte. `starttls`: before the login, or not at all. `none`: in clear text. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly password: string;
  /** Empty: INBOX and the mailbox whose special use is `\Junk`. */
  readonly mailboxes: readonly string[];
  /** PEM; only these certificates prove a server's name. Left out: those that Node trusts. */
  readonly trusted?: string;
}

/** Bounds of one session. Tests make them small. */
export interface ImapLimits {
  /** From the first packet to the end of the login, in milliseconds. */
  readonly connectWithinMs: number;
  /** For one call of a session. A mail of the largest size takes that long at 1.7 Mbit/s. */
  readonly callWithinMs: number;
  /** Without a byte from the server. */
  readonly silenceMs: number;
  /** Of a mail of more bytes only the beginning is fetched. */
  readonly mostBytes: number;
  /** How much of it. */
  readonly beginningBytes: number;
}

export const DEFAULT_IMAP_LIMITS: ImapLimits = {
  connectWithinMs: 45_000,
  callWithinMs: 120_000,
  silenceMs: 60_000,
  mostBytes: 25 * 1024 * 1024,
  beginningBytes: 64 * 1024,
};
