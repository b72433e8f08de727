export type PlainFaultMode =
  | 'ok'
  | 'reset-before'
  | '500-before'
  /** 503 whose body is `null`. */
  | 'null-body'
  | 'html-502'
  /** 401, as after a key was restricted. */
  | 'unauthorized'
  /** 500 without accepting, and the 500 again for every repeat under the key, whatever the mode by then. */
  | 'sticky-500'
  | 'accept-then-reset'
  | 'accept-then-hang'
  /** Accepts, sends the head and four bytes of the answer, then nothing. */
  | 'accept-then-stall'
  | '500-after'
  | 'truncated-200'
  | 'empty-200'
  /** 200 `{}`. */
  | 'empty-object-200';

/** Works for so long before it decides; meanwhile the key is in use. */
export interface SlowFault {
  readonly mode: 'slow';
  readonly delayMs: number;
}

/** Gives this answer, and accepts nothing. */
export interface AnswerFault {
  readonly mode: 'answer';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Fault = { readonly mode: PlainFaultMode } | SlowFault | AnswerFault;

export interface FaultTiming {
  /** For so many sends, ahead of the standing mode; without it the mode stands until the next call. */
  readonly times?: number;
  /** Of a standing mode: 0..1 of the sends meet it, drawn from the seed; the others go well. */
  readonly probability?: number;
}

export interface FakeResendOptions {
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number;
  /** Default: every key that begins with `re_` is valid. */
  readonly apiKeys?: readonly string[];
  /** How long idempotency keys are remembered; default 24 h. */
  readonly ttlMs?: number;
  /** Milliseconds since 1970; default `Date.now`. Key memory, rate limit and quotas follow it. */
  readonly now?: () => number;
  /** Of the draws of a fault with a probability; default 1. */
  readonly seed?: number;
  /** Default: no limit. */
  readonly ratePerSecond?: number;
  readonly dailyQuota?: number;
  readonly monthlyQuota?: number;
  /** Every key may send and not read, as Resend's "sending access"; default false. */
  readonly sendOnly?: boolean;
  /** Refuse recipients at example.com and test.com, as Resend does; default false. */
  readonly blockTestDomains?: boolean;
  /** File that every mail and every request is appended to as a JSON line, synced before the answer leaves. */
  readonly historyFile?: string;
  /** Called when a send is on record, before its answer leaves. */
  readonly onRecord?: (record: RequestRecord) => void;
}

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** One `POST /emails`, answered or not. */
export interface RequestRecord {
  /** Arrival. */
  readonly at: number;
  /** The request's User-Agent: tells the processes of one account apart. */
  readonly caller: string | null;
  readonly key: string | null;
  /** Of the raw bytes. */
  readonly bodySha256: string;
  readonly toSha256: string | null;
  readonly tags: readonly Tag[];
  readonly mode: Fault['mode'];
  readonly outcome: 'accepted' | 'replayed' | 'refused' | 'fault';
  /** The status that the caller was given, or what was done to the connection instead. */
  readonly answered: number | 'reset' | 'hang' | 'stall';
}

/** One mail that the stand-in took responsibility for. */
export interface MailRecord {
  readonly id: string;
  /** The `Message-ID` header field that the recipient would see. */
  readonly messageId: string;
  readonly at: number;
  readonly caller: string | null;
  readonly key: string | null;
  readonly bodySha256: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tags: readonly Tag[];
}

/** One GET, answered or refused. */
export interface ReadRecord {
  /** Arrival. */
  readonly at: number;
  /** With its query. */
  readonly path: string;
}

/** What was accepted under one idempotency key. */
export interface Acceptance {
  readonly key: string | null;
  /** More than 1: the mail was sent twice. */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of the first mail, as is `body`. */
  readonly bodySha256: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly messageIds: readonly string[];
}

export interface FakeResendHistory {
  readonly requests: readonly RequestRecord[];
  readonly mails: readonly MailRecord[];
  readonly reads: readonly ReadRecord[];
  /** By idempotency key; mail without a key is under `''`. */
  readonly accepted: ReadonlyMap<string, Acceptance>;
}

/** A mail that reached the stand-in for us. */
export interface NewReceivedMail {
  readonly from: string;
  /** Of the envelope. */
  readonly to: readonly string[];
  /** RFC 5322. */
  readonly raw: string;
  /** As Resend shows them, one value for each name. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReceivedMails {
  /** @returns its id, and `data` of its `email.received` event */
  add(mail: NewReceivedMail): { readonly id: string; readonly data: Readonly<Record<string, unknown>> };
  /** How often the bytes of a mail were asked for. */
  readonly downloads: number;
  /** Status that the next downloads answer with, 0: that they are cut off; null: they go well. */
  failure: number | null;
}

/**
 * A stand-in for Resend: `POST /emails`, `GET /emails` and `GET /emails/:id` over real HTTP on loopback, with its
 * validation, idempotency keys, rate limit and quotas, and with faults on demand. Where Resend's behaviour is not
 * documented: a refused request does not bind its key, and a key is looked up before validation and quotas.
 *
 * `PUT /_control/mode` takes a fault and its timing as JSON; `GET /_control/history` answers the history.
 */
export class FakeResend {
  private constructor();
  static start(options?: FakeResendOptions): Promise<FakeResend>;

  readonly baseUrl: string;
  readonly history: FakeResendHistory;
  /** `GET /emails/receiving/:id`, and the links to raw mails that it answers with. */
  readonly received: ReceivedMails;
  /** Limits may be changed while it runs. */
  readonly rateLimit: { perSecond: number | undefined };
  readonly quota: { daily: number | undefined; monthly: number | undefined };

  /** What `GET /emails` and `GET /emails/:id` answer with: a status, or nothing at all; null: they go well. */
  readFault: number | 'hang' | null;

  setMode(mode: PlainFaultMode | Fault, timing?: FaultTiming): void;

  /** Cuts every open connection, hung ones too. */
  stop(): Promise<void>;
}
