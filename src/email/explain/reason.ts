/** One thing that keeps a mail from going now. */
export interface Reason {
  /** A stable upper-case word. */
  readonly code: string;
  /** For people; names no address and quotes no mail. */
  readonly detail: string;
  /** When it is over, if nothing changes; null: when somebody acts, or never. */
  readonly until: Date | null;
  /** What told it: `suppression:3`, `inbound:7`, `outbound:12`, `campaign:1`. */
  readonly evidence: string | null;
  /** Meeting it ends the mail; otherwise the mail waits. */
  readonly ends: boolean;
}

type Extras = Partial<Pick<Reason, 'until' | 'evidence'>>;

/** What a mail waits for. */
export function waitReason(code: string, detail: string, extras: Extras = {}): Reason {
  return { code, detail, until: null, evidence: null, ends: false, ...extras };
}

/** What ends a mail that meets it. */
export function endReason(code: string, detail: string, extras: Extras = {}): Reason {
  return { code, detail, until: null, evidence: null, ends: true, ...extras };
}
