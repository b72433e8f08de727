import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { StoredMailbox, type StoredMail } from './stored-mailbox.js';

/** What the next command of a name meets, once, instead of its answer. */
export type Fault =
  /** The connection is cut before any answer. */
  | 'drop'
  /** Half of the answer, then the cut. */
  | 'drop-midway'
  /** No answer, ever. */
  | 'hang'
  /** A line of the server's choice after the tag, e.g. `NO [LIMIT] Slow down`. */
  | { readonly answer: string }
  /** These bytes and nothing more. */
  | { readonly raw: string };

/** Everybody's password. */
export const PASSWORD = 'open-sesame';

interface Connection {
  readonly socket: Socket;
  opened: StoredMailbox | null;
  isReadOnly: boolean;
}

/**
 * An IMAP4rev1 server in clear text on loopback: enough for a client that reads, and everything that a client could do
 * wrong by mistake (SELECT, FETCH without PEEK, STORE, EXPUNGE) has its effect and stands in {@link commands}.
 */
export class FakeImap {
  readonly mailboxes = new Map([
    ['INBOX', new StoredMailbox()],
    ['Spam', new StoredMailbox('\\Junk')],
    ['Sent', new StoredMailbox('\\Sent')],
  ]);
  /** As they came, without their tags; the password is left out. */
  readonly commands: string[] = [];
  /** Lines that nobody asked for, around the answer to every `UID FETCH`. */
  noise = '';
  /** How many clients have connected so far. */
  connections = 0;
  private readonly faults = new Map<string, Fault>();
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeImap> {
    const server = createServer();
    const fake = new FakeImap(server);
    server.on('connection', (socket) => fake.serve(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  mailbox(name: string): StoredMailbox {
    const mailbox = this.mailboxes.get(name);
    if (mailbox === undefined) throw new Error(`No mailbox ${name}`);
    return mailbox;
  }

  /** @param command its first word, or `UID` and the next, e.g. `UID FETCH` */
  failNext(command: string, fault: Fault): void {
    this.faults.set(command, fault);
  }

  /** Cuts every connection, as a server does that is restarted. */
  async cutAll(): Promise<void> {
    const cut = [...this.sockets].map((socket) => once(socket.destroy(), 'close'));
    await Promise.all(cut);
  }

  async stop(): Promise<void> {
    await this.cutAll();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    const connection: Connection = { socket, opened: null, isReadOnly: true };
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let pending = '';
    socket.on('data', (chunk) => {
      const lines = `${pending}${chunk.toString('latin1')}`.split('\r\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.obey(connection, line);
    });
    socket.write('* OK ready\r\n');
  }

  private obey(connection: Connection, line: string): void {
    const [, tag = '*', command = '', rest = ''] = /^(\S+) (UID \S+|\S+) ?(.*)$/.exec(line) ?? [];
    const name = command.toUpperCase();
    this.commands.push(`${name} ${rest}`.trim().replace(PASSWORD, '…'));
    const answer = this.answerTo(connection, name, rest);
    const fault = this.faults.get(name);
    this.faults.delete(name);
    const { socket } = connection;
    if (fault === undefined) {
      socket.write(Buffer.concat([answer.data, latin1(`${tag} ${answer.status}\r\n`)]));
    } else if (fault === 'drop') socket.destroy();
    else if (fault === 'drop-midway') {
      socket.write(answer.data.subarray(0, answer.data.length / 2), () => socket.destroy());
    } else if (fault !== 'hang') {
      socket.write('raw' in fault ? fault.raw : `${tag} ${fault.answer}\r\n`);
    }
  }

  private answerTo(connection: Connection, name: string, rest: string): { data: Buffer; status: string } {
    const { opened } = connection;
    switch (name) {
      case 'CAPABILITY':
        return say('* CAPABILITY IMAP4rev1 SPECIAL-USE\r\n');
      case 'LOGIN':
        return rest.endsWith(`"${PASSWORD}"`) ? say() : say('', 'NO [AUTHENTICATIONFAILED] Wrong');
      case 'LIST':
        return say(this.list(rest));
      case 'SELECT':
      case 'EXAMINE':
        return this.open(connection, unquote(rest), name === 'EXAMINE');
      case 'UID SEARCH':
        return this.search(opened, rest);
      case 'UID FETCH':
        return opened === null ? say('', 'BAD Nothing is open') : this.fetch(connection, opened, rest);
      case 'UID STORE':
      case 'EXPUNGE':
      case 'CLOSE':
        for (const mail of opened?.mails ?? []) mail.marks.add(name);
        return say();
      case 'LOGOUT':
        return say('* BYE\r\n');
      default:
        return say();
    }
  }

  private search(mailbox: StoredMailbox | null, keys: string): { data: Buffer; status: string } {
    // As Exchange has it: there is no message for `*` to stand for.
    if (mailbox?.mails.length === 0 && keys.includes('*')) return say('', 'BAD Invalid message set');
    return say(`* SEARCH ${mailbox?.search(keys).join(' ') ?? ''}\r\n`);
  }

  private list(rest: string): string {
    const pattern = unquote(rest.replace(/^\S+ /, ''));
    const names = [...this.mailboxes.keys()].filter((name) => pattern === '*' || pattern === name);
    return names.map((name) => `* LIST (${this.mailbox(name).attributes}) "/" "${name}"\r\n`).join('');
  }

  private open(connection: Connection, name: string, isReadOnly: boolean): { data: Buffer; status: string } {
    const mailbox = this.mailboxes.get(name);
    if (mailbox === undefined) return say('', 'NO [NONEXISTENT] No such mailbox');

    connection.opened = mailbox;
    connection.isReadOnly = isReadOnly;
    if (!isReadOnly) for (const { marks } of mailbox.mails) marks.delete('\\Recent');
    const facts = [
      `${mailbox.mails.length} EXISTS`,
      `OK [UIDVALIDITY ${mailbox.uidValidity}]`,
      `OK [UIDNEXT ${mailbox.uidNext}]`,
    ];
    return say(
      facts.map((fact) => `* ${fact}\r\n`).join(''),
      `OK [READ-${isReadOnly ? 'ONLY' : 'WRITE'}] Done`,
    );
  }

  private fetch(
    connection: Connection,
    mailbox: StoredMailbox,
    rest: string,
  ): { data: Buffer; status: string } {
    const [, set = '', items = ''] = /^(\S+) (.*)$/.exec(rest) ?? [];
    const answers = mailbox.select(set).map((mail) => {
      if (items.includes('BODY[') && !connection.isReadOnly) mail.marks.add('\\Seen');
      return Buffer.concat([
        latin1(`* ${mailbox.mails.indexOf(mail) + 1} FETCH (UID ${mail.uid}${factsOf(mail, items)}`),
        bodyOf(mail, items),
        latin1(')\r\n'),
      ]);
    });
    return { data: Buffer.concat([latin1(this.noise), ...answers, latin1(this.noise)]), status: 'OK Done' };
  }
}

function factsOf(mail: StoredMail, items: string): string {
  const size = items.includes('RFC822.SIZE') ? ` RFC822.SIZE ${mail.raw.length}` : '';
  return items.includes('INTERNALDATE') ? `${size} INTERNALDATE "${dateTime(mail.receivedAt)}"` : size;
}

/** `BODY.PEEK[]` with or without a part, `<start.length>`. */
function bodyOf(mail: StoredMail, items: string): Buffer {
  const [whole, start, length] = /BODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?/.exec(items) ?? [];
  if (whole === undefined) return Buffer.alloc(0);

  const bytes = start === undefined ? mail.raw : mail.raw.subarray(+start, +start + Number(length));
  return Buffer.concat([
    latin1(` BODY[]${start === undefined ? '' : `<${start}>`} {${bytes.length}}\r\n`),
    bytes,
  ]);
}

/** RFC 3501, `date-time`: `22-Nov-2026 21:35:10 +0000`. */
function dateTime(date: Date): string {
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(date.toUTCString()) ?? [];
  return `${day}-${month}-${year} ${time} +0000`;
}

function say(data = '', status = 'OK Done'): { data: Buffer; status: string } {
  return { data: latin1(data), status };
}

function unquote(text: string): string {
  return text.replaceAll('"', '');
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
