import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';

/** What the wire showed of the requests that `fetch` made inside one {@link RequestWatch.run}. */
export interface WireTrace {
  /** False only on proof: a request was made and not one of its bytes was handed to a socket. */
  readonly mayBeWritten: boolean;
  /** Status of the last answer whose head arrived, though its body may be lost; null when none did. */
  readonly httpStatus: number | null;
  /** Code of the transport error, e.g. `ECONNREFUSED`; null when there was none or it has no code. */
  readonly errorCode: string | null;
}

/**
 * Watches what becomes of the HTTP requests of one call, through the diagnostics channels of Node's own `fetch`
 * (undici). The Resend SDK reports a refused connection and a connection lost after the mail was handed over in the
 * same words; only here do they differ. A runtime without these channels looks like a request that may be written.
 */
export class RequestWatch implements WireTrace {
  private created = false;
  private written = false;
  httpStatus: number | null = null;
  errorCode: string | null = null;

  get mayBeWritten(): boolean {
    return this.written || !this.created;
  }

  /** Runs the call; requests that it starts, however deep, belong to this watch. */
  run<T>(call: () => Promise<T>): Promise<T> {
    return currentWatch.run(this, call);
  }

  noteCreated(): void {
    this.created = true;
  }

  noteWritten(): void {
    this.written = true;
  }
}

const currentWatch = new AsyncLocalStorage<RequestWatch>();

/**
 * A request is tied to its watch when it is made. Later events can come from another call's context: the socket that
 * carries the request may have been opened for someone else.
 */
const watchByRequest = new WeakMap<object, RequestWatch>();

interface RequestEvent {
  readonly request?: object;
  readonly response?: { readonly statusCode?: unknown };
  readonly error?: { readonly code?: unknown };
}

subscribe('undici:request:create', (message) => {
  const { request } = message as RequestEvent;
  const watch = currentWatch.getStore();
  if (watch === undefined || request === undefined) return;
  watchByRequest.set(request, watch);
  watch.noteCreated();
});

onRequestEvent('undici:client:sendHeaders', (watch) => {
  watch.noteWritten();
});

// HTTP/2 connections skip the event above; the body is announced on both.
onRequestEvent('undici:request:bodySent', (watch) => {
  watch.noteWritten();
});

onRequestEvent('undici:request:headers', (watch, { response }) => {
  watch.noteWritten();
  if (typeof response?.statusCode === 'number') watch.httpStatus = response.statusCode;
});

onRequestEvent('undici:request:error', (watch, { error }) => {
  if (typeof error?.code === 'string') watch.errorCode = error.code;
});

function onRequestEvent(channel: string, note: (watch: RequestWatch, event: RequestEvent) => void): void {
  subscribe(channel, (message) => {
    const event = message as RequestEvent;
    const watch = event.request === undefined ? undefined : watchByRequest.get(event.request);
    if (watch !== undefined) note(watch, event);
  });
}
