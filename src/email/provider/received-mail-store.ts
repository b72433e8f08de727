/** Injection token of the provider's {@link ReceivedMailStore}; null where there is none that could be asked. */
export const RECEIVED_MAIL_STORE = Symbol('RECEIVED_MAIL_STORE');

/** A mail that the provider received, without its content. */
export interface ReceivedMail {
  /** Null: it does not say. */
  readonly receivedAt: Date | null;
  /** Message-IDs of In-Reply-To and References, with angle brackets. */
  readonly answeredIds: readonly string[];
  /** Where its bytes are, for {@link ReceivedMailStore.download} alone. */
  readonly location: string;
}

export interface ReceivedContent {
  /** RFC 5322 bytes, or their beginning. */
  readonly raw: Uint8Array;
  /** True when there are more than were asked for. */
  readonly cut: boolean;
}

/** `gone`: the provider does not have it, or not any more. `failed`: anything else; later it may be told. */
export type ReceivedAnswer<Value> =
  | { readonly kind: 'told'; readonly value: Value }
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Mail that reached the provider for us. Each call is one request, never throws and takes no longer than `timeoutMs`. */
export interface ReceivedMailStore {
  find(receivedId: string, timeoutMs: number): Promise<ReceivedAnswer<ReceivedMail>>;

  /** Never reads more than `mostBytes`. */
  download(
    mail: ReceivedMail,
    mostBytes: number,
    timeoutMs: number,
  ): Promise<ReceivedAnswer<ReceivedContent>>;
}
