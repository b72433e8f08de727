import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../support/free-port.js';
import { OwnDovecot } from '../support/own-dovecot.js';
import { OwnPostfix } from '../support/own-postfix.js';

/** Debian's packages of what delivers mail, by a file of each. */
const DOVECOT_PARTS = {
  'dovecot-lmtpd': '/usr/lib/dovecot/lmtp',
  'dovecot-sieve': '/usr/lib/dovecot/modules/lib90_sieve_plugin.so',
};

/** A person with a mailbox, whose password is her name. */
export interface Resident {
  readonly address: string;
  /** A Sieve script (RFC 5228) that sees each of her mails. */
  readonly sieve?: string;
}

/** Postfix and Dovecot as two firms would run them, in one: whoever writes to a resident reaches her mailbox. */
export class MailHouse {
  private constructor(
    readonly postfix: OwnPostfix,
    readonly dovecot: OwnDovecot,
    /** Takes mail for residents from everybody, in clear text. */
    readonly port: number,
    /** Takes mail from residents who log in, within TLS. */
    readonly submissionsPort: number,
  ) {}

  static async whatIsMissing(): Promise<string | null> {
    const servers = (await OwnPostfix.whatIsMissing()) ?? (await OwnDovecot.whatIsMissing());
    if (servers !== null) return servers;
    for (const [name, file] of Object.entries(DOVECOT_PARTS)) {
      const isInstalled = await access(file).then(
        () => true,
        () => false,
      );
      if (!isInstalled) return `${name} is not installed`;
    }
    return null;
  }

  static async open(domains: readonly string[], residents: readonly Resident[]): Promise<MailHouse> {
    const [port, submissionsPort, lmtpPort] = [
      await findFreePort(),
      await findFreePort(),
      await findFreePort(),
    ];
    const dovecot = await OwnDovecot.start({
      users: Object.fromEntries(residents.map(({ address }) => [address, passwordOf(address)])),
      protocols: ['lmtp'],
      extra: (folder) => deliverySettings(folder, lmtpPort, port),
    });
    try {
      await mkdir(join(dovecot.folder, 'sieve'));
      for (const { address, sieve } of residents) {
        if (sieve !== undefined) await writeFile(join(dovecot.folder, 'sieve', `${address}.sieve`), sieve);
      }
      const postfix = await OwnPostfix.start({
        port,
        submissionsPort,
        domains,
        lmtpPort,
        authSocket: join(dovecot.folder, 'auth-client'),
        certificate: join(dovecot.folder, 'certificate.pem'),
        key: join(dovecot.folder, 'key.pem'),
      });
      return new MailHouse(postfix, dovecot, port, submissionsPort);
    } catch (error) {
      await dovecot.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.postfix.stop();
    await this.dovecot.stop();
  }
}

export function passwordOf(address: string): string {
  return `${address.split('@', 1)[0] ?? ''}-secret`;
}

/** Dovecot's side of the delivery: LMTP for Postfix, Sieve on the way, logins for who submits mail. */
function deliverySettings(folder: string, lmtpPort: number, smtpPort: number): string {
  return `
postmaster_address = postmaster@localhost
recipient_delimiter = +
submission_host = 127.0.0.1:${smtpPort}
protocol lmtp {
  mail_plugins = sieve
}
plugin {
  sieve = file:${folder}/sieve/%u.sieve
  sieve_vacation_min_period = 0
  sieve_extensions = +editheader
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtpPort}
  }
}
service auth {
  unix_listener ${folder}/auth-client {
    mode = 0666
  }
}
`;
}
