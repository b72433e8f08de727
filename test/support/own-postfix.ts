import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const POSTFIX = '/usr/sbin/postfix';
const START_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5_000;

export interface PostfixOptions {
  /** The port for everybody, in clear text and without a login: mail for the domains alone. Free ports of loopback. */
  readonly port: number;
  /** The port for those who have a login, within TLS. */
  readonly submissionsPort: number;
  /** Whose mail ends here. All of it is accepted, and handed to the mailboxes: what these refuse bounces. */
  readonly domains: readonly string[];
  /** Port of the mailboxes' LMTP server. */
  readonly lmtpPort: number;
  /** Unix socket of Dovecot's authentication. */
  readonly authSocket: string;
  /** Of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

/** A real Postfix of one program: configuration, queue and log in a temporary folder that goes with it. Needs root. */
export class OwnPostfix {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** What keeps it from running on this machine, for the name of a skipped run; null: nothing. */
  static async whatIsMissing(): Promise<string | null> {
    if (process.getuid?.() !== 0) return 'Postfix changes users, which takes root';
    const isInstalled = await access(POSTFIX, constants.X_OK).then(
      () => true,
      () => false,
    );
    return isInstalled ? null : 'postfix is not installed';
  }

  /** @throws when the server does not answer in time; the error holds its log */
  static async start(options: PostfixOptions): Promise<OwnPostfix> {
    const folder = await mkdtemp(join(tmpdir(), 'cam-postfix-'));
    await chmod(folder, 0o755);
    const configuration = join(folder, 'etc');
    for (const name of ['etc', 'queue', 'data']) await mkdir(join(folder, name));
    // Owned by who runs the daemons; 103 and 111 are only what one Debian happened to give out.
    await run('chown', ['postfix', join(folder, 'data')]);
    await writeFile(join(configuration, 'main.cf'), mainOf(folder, options));
    await writeFile(join(configuration, 'master.cf'), masterOf(options));

    const own = new OwnPostfix(folder, options.port);
    try {
      await own.command('start');
      await own.awaitGreeting();
    } catch (cause) {
      const log = await own.log();
      await own.stop();
      throw new Error(`Postfix did not start:\n${log}`, { cause });
    }
    return own;
  }

  /** What the server wrote so far. */
  async log(): Promise<string> {
    return readFile(join(this.folder, 'postfix.log'), 'utf8').catch(() => '');
  }

  /** Ends the server and deletes everything. */
  async stop(): Promise<void> {
    const pid = await this.masterPid();
    if (pid !== null) {
      signal(pid, 'SIGTERM');
      const deadline = Date.now() + STOP_WITHIN_MS;
      while (signal(pid, 0) && Date.now() < deadline) await sleep(20);
      signal(pid, 'SIGKILL');
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** It takes leave of whoever started it, and is found again by the file that it writes. */
  private async masterPid(): Promise<number | null> {
    const text = await readFile(join(this.folder, 'queue', 'pid', 'master.pid'), 'utf8').catch(() => '');
    return /^\s*\d+\s*$/.test(text) ? Number(text) : null;
  }

  private async command(name: 'start'): Promise<void> {
    // Its daemons keep what they are given open: a pipe of ours would never end.
    const child = spawn(POSTFIX, ['-c', join(this.folder, 'etc'), name], { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`postfix ${name} ended with ${String(code)}`);
  }

  private async awaitGreeting(): Promise<void> {
    const deadline = Date.now() + START_WITHIN_MS;
    while (!(await greets(this.port))) {
      if (Date.now() > deadline) throw new Error(`No greeting within ${START_WITHIN_MS} ms`);
      await sleep(50);
    }
  }
}

/** @returns false when there is no such process any more */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

function mainOf(folder: string, options: PostfixOptions): string {
  const { domains, lmtpPort, authSocket, certificate, key } = options;
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.${domains[0] ?? ''}
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtp_host_lookup = native
biff = no
virtual_mailbox_domains = ${domains.join(' ')}
virtual_mailbox_maps =
virtual_transport = lmtp:inet:127.0.0.1:${lmtpPort}
recipient_delimiter = +
default_transport = error:5.4.4 No mail leaves this machine
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${authSocket}
smtpd_tls_security_level = may
smtpd_tls_cert_file = ${certificate}
smtpd_tls_key_file = ${key}
notify_classes =
`;
}

/** The daemons that a mail passes, none in a chroot. */
function masterOf({ port, submissionsPort }: PostfixOptions): string {
  return `
127.0.0.1:${port} inet n - n - - smtpd
127.0.0.1:${submissionsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`;
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(2_000) })) as [Buffer];
    return chunk.toString().startsWith('220 ');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
