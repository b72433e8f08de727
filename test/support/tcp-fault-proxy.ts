import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  isBlackholed: boolean;
}

/** A TCP proxy on loopback that can lose the network. Passes everything until told otherwise. */
export class TcpFaultProxy {
  /** Connections that were let through since the start. */
  accepted = 0;
  private readonly links = new Set<Link>();
  private refusesNew = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (client) => this.admit(client));
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpFaultProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpFaultProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Lets new connections through again. What is blackholed stays so. */
  pass(): void {
    this.refusesNew = false;
  }

  /** From now on the open connections carry nothing, in neither direction, not even their end. */
  blackholeExisting(): void {
    for (const link of this.links) {
      link.isBlackholed = true;
      link.client.unpipe(link.upstream).resume();
      link.upstream.unpipe(link.client).resume();
    }
  }

  /** Resets the open connections that still carry something. */
  resetExisting(): void {
    for (const { client, upstream, isBlackholed } of this.links) {
      if (isBlackholed) continue;
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** Resets each new connection; the open ones live on. */
  refuseNew(): void {
    this.refusesNew = true;
  }

  async stop(): Promise<void> {
    for (const { client, upstream } of this.links) {
      client.destroy();
      upstream.destroy();
    }
    this.server.close();
    await once(this.server, 'close');
  }

  private admit(client: Socket): void {
    if (this.refusesNew) {
      client.resetAndDestroy();
      return;
    }
    this.accepted += 1;
    const link: Link = { client, upstream: connect(this.target), isBlackholed: false };
    this.links.add(link);
    link.client.pipe(link.upstream).pipe(link.client);
    this.tieEnd(link, link.client, link.upstream);
    this.tieEnd(link, link.upstream, link.client);
  }

  private tieEnd(link: Link, socket: Socket, peer: Socket): void {
    socket.on('error', () => undefined); // 'close' follows and does the rest
    socket.on('close', () => {
      if (link.isBlackholed) return;
      peer.destroy();
      this.links.delete(link);
    });
  }
}
