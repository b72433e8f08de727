import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { FakeSmtpOptions, SmtpFault, SmtpHost, SmtpStep, TakenMail } from './smtp-script.js';
import { SmtpSession } from './smtp-session.js';

/** A mail server on loopback, in clear text, that does as it is told: each fault is played once, in order. */
export class FakeSmtp implements SmtpHost {
  readonly mails: TakenMail[] = [];
  /** Every command line and, as `content`, every message that has begun; all connections together. */
  readonly commands: string[] = [];
  /** Connections so far. */
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly faults = new Map<SmtpStep, SmtpFault[]>();

  private constructor(
    private readonly server: Server,
    readonly options: FakeSmtpOptions,
  ) {
    server.on('connection', (socket) => this.admit(socket));
  }

  static async start(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeSmtp(server, options);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The next conversation that comes to this step meets the fault. */
  failNext(step: SmtpStep, fault: SmtpFault): void {
    this.faults.set(step, [...(this.faults.get(step) ?? []), fault]);
  }

  takeFault(step: SmtpStep): SmtpFault | undefined {
    return this.faults.get(step)?.shift();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private admit(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // What a client does to its connection is the test's business.
    socket.on('error', () => socket.destroy());
    new SmtpSession(this, socket).begin();
  }
}
