import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export const ALERT_SECRET = `whsec_${Buffer.alloc(32, 'alerts').toString('base64')}`;

/** A path that no log may show. */
const SECRET_PATH = '/hooks/s3cr3t-path?token=s3cr3t-query';

/** One POST whose signature holds. */
export interface ReceivedAlert {
  /** The header `webhook-id`. */
  readonly id: string;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: unknown };
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** The operator's end of the alert webhook: verifies signatures as the package of Standard Webhooks does it. */
export class AlertReceiver {
  readonly received: ReceivedAlert[] = [];
  /** What was wrong with requests that were not taken. */
  readonly forged: unknown[] = [];
  private readonly answers: Answer[] = [];
  private readonly webhook = new Webhook(ALERT_SECRET);

  private constructor(private readonly server: Server) {}

  static async start(): Promise<AlertReceiver> {
    const server = createServer();
    const receiver = new AlertReceiver(server);
    server.on('request', (request, response) => void receiver.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${SECRET_PATH}`;
  }

  /** Settings of `configurationOf` and `configOf` for a service that alerts this receiver. */
  get config(): { readonly webhookUrl: string; readonly webhookSecret: string } {
    return { webhookUrl: this.url, webhookSecret: ALERT_SECRET };
  }

  /** Answers the next requests like this, one each; all others get 204. Nothing is answered by a function that does nothing. */
  answerNext(...answers: (number | Answer)[]): void {
    for (const answer of answers) {
      this.answers.push(typeof answer === 'number' ? (response) => response.writeHead(answer).end() : answer);
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = request.headers as Record<string, string>;
    try {
      const body = this.webhook.verify(Buffer.concat(chunks), headers) as ReceivedAlert['body'];
      this.received.push({ id: headers['webhook-id'] ?? '', body });
    } catch (error) {
      this.forged.push(error);
    }
    const answer = this.answers.shift();
    if (answer === undefined) response.writeHead(204).end();
    else answer(response, request);
  }
}
