import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import {
  access,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findFreePort } from './free-port.js';

const run = promisify(execFile);

/** Debian's `nobody` and `nogroup`: Dovecot reads mail as a user of low rights, whoever started it. */
const MAIL_UID = 65_534;

const START_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 5_000;

/** Debian puts it where the path of a plain user does not lead. */
const DOVECOT = '/usr/sbin/dovecot';

export interface DovecotOptions {
  /** Passwords by user name; a name may be an address. */
  readonly users: Readonly<Record<string, string>>;
  /** Besides `imap`, e.g. `lmtp`: what it needs stands in `extra`. */
  readonly protocols?: readonly string[];
  /** Lines for the end of `dovecot.conf`, made when the server's folder is known. */
  readonly extra?: (folder: string) => string;
}

/**
 * A real Dovecot of one program: free ports of loopback, its configuration, mail and log in a temporary folder that
 * goes with it. Each user has a Maildir with INBOX and `Junk`, the latter with the special use `\Junk` (RFC 6154).
 */
export class OwnDovecot {
  private constructor(
    readonly folder: string,
    /** IMAP in clear text, with STARTTLS. */
    readonly port: number,
    /** IMAP within TLS. */
    readonly tlsPort: number,
    /** The self-signed certificate of `localhost` and 127.0.0.1, as PEM: who trusts it can verify the server. */
    readonly certificate: string,
    private readonly server: ChildProcess,
  ) {}

  /** What keeps it from running on this machine, for the name of a skipped test; null: nothing. */
  static async whatIsMissing(): Promise<string | null> {
    if (process.getuid?.() !== 0) return 'Dovecot changes users, which takes root';
    const isInstalled = await access(DOVECOT, constants.X_OK).then(
      () => true,
      () => false,
    );
    return isInstalled ? null : 'dovecot-imapd is not installed';
  }

  /** @throws when the server does not answer in time; the error holds its log */
  static async start({ users, protocols = [], extra }: DovecotOptions): Promise<OwnDovecot> {
    const folder = await mkdtemp(join(tmpdir(), 'cam-dovecot-'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'mail'));
    await chown(join(folder, 'mail'), MAIL_UID, MAIL_UID);
    const certificate = await makeCertificate(folder);
    const [port, tlsPort] = [await findFreePort(), await findFreePort()];
    const accounts = Object.entries(users).map(([name, password]) => `${name}:{PLAIN}${password}::::::\n`);
    await writeFile(join(folder, 'users'), accounts.join(''));
    const settings = settingsOf(folder, port, tlsPort, ['imap', ...protocols]);
    await writeFile(join(folder, 'dovecot.conf'), `${settings}${extra?.(folder) ?? ''}\n`);

    const server = spawn(DOVECOT, ['-F', '-c', join(folder, 'dovecot.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const complaints: string[] = [];
    server.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
    const own = new OwnDovecot(folder, port, tlsPort, certificate, server);
    try {
      await own.awaitGreeting();
    } catch (cause) {
      const log = `${complaints.join('')}${await own.log()}`;
      await own.stop();
      throw new Error(`Dovecot did not start:\n${log}`, { cause });
    }
    return own;
  }

  /** What the server wrote so far. */
  async log(): Promise<string> {
    return readFile(join(this.folder, 'dovecot.log'), 'utf8').catch(() => '');
  }

  /** Puts a mail into a user's mailbox, as a local delivery does. Its UID is the mailbox's next one. */
  async deliver(
    user: string,
    raw: string | Uint8Array,
    { mailbox = 'INBOX', receivedAt = new Date() }: { mailbox?: string; receivedAt?: Date } = {},
  ): Promise<void> {
    const maildir = this.maildir(user, mailbox);
    await makeMaildir(join(this.folder, 'mail', user), maildir);
    // Maildir's promise: whoever looks sees the whole file or none.
    const name = `${Date.now()}.${randomBytes(8).toString('hex')}.test`;
    await writeFile(join(maildir, 'tmp', name), raw);
    await chown(join(maildir, 'tmp', name), MAIL_UID, MAIL_UID);
    await utimes(join(maildir, 'tmp', name), receivedAt, receivedAt);
    await rename(join(maildir, 'tmp', name), join(maildir, 'new', name));
  }

  /** Makes the server forget all UIDs of a mailbox that nobody has open: UIDVALIDITY changes, the mail stays. */
  async renumber(user: string, mailbox = 'INBOX'): Promise<void> {
    const files = ['dovecot-uidlist', 'dovecot.index', 'dovecot.index.log', 'dovecot.index.cache'];
    for (const file of files) await rm(join(this.maildir(user, mailbox), file), { force: true });
  }

  /** The folder of a mailbox, with `new`, `cur` and `tmp` (Maildir++). */
  maildir(user: string, mailbox = 'INBOX'): string {
    const root = join(this.folder, 'mail', user, 'Maildir');
    return mailbox === 'INBOX' ? root : join(root, `.${mailbox.replaceAll('/', '.')}`);
  }

  /** Ends the server and deletes everything. */
  async stop(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      const patience = setTimeout(() => this.server.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(patience);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async awaitGreeting(): Promise<void> {
    const deadline = Date.now() + START_WITHIN_MS;
    while (!(await greets(this.port))) {
      if (this.server.exitCode !== null) throw new Error(`Ended with ${this.server.exitCode}`);
      if (Date.now() > deadline) throw new Error(`No greeting within ${START_WITHIN_MS} ms`);
      await sleep(50);
    }
  }
}

function settingsOf(folder: string, port: number, tlsPort: number, protocols: readonly string[]): string {
  return `
protocols = ${protocols.join(' ')}
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
ssl = yes
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_vsz_limit = 256 M
mail_location = maildir:~/Maildir
passdb {
  driver = passwd-file
  args = username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=${MAIL_UID} gid=${MAIL_UID} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Junk {
    auto = create
    special_use = \\Junk
  }
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
}

async function makeCertificate(folder: string): Promise<string> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  await run('openssl', ['req', ...kind.split(' '), ...names, '-keyout', key, '-out', certificate]);
  return readFile(certificate, 'utf8');
}

async function makeMaildir(home: string, maildir: string): Promise<void> {
  const folders = [home, join(home, 'Maildir'), maildir];
  for (const folder of [...folders, ...['tmp', 'new', 'cur'].map((part) => join(maildir, part))]) {
    await mkdir(folder, { recursive: true });
    await chown(folder, MAIL_UID, MAIL_UID);
  }
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(1_000) })) as [Buffer];
    return chunk.toString().startsWith('* OK');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
