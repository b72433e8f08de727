import type { Socket } from 'node:net';
import type { SmtpFault, SmtpHost, SmtpStep } from './smtp-script.js';

const END_OF_MESSAGE = '\r\n.\r\n';

const STEPS: ReadonlyMap<string, SmtpStep> = new Map<string, SmtpStep>([
  ['EHLO', 'EHLO'],
  ['STARTTLS', 'STARTTLS'],
  ['AUTH', 'AUTH'],
  ['MAIL', 'MAIL'],
  ['RCPT', 'RCPT'],
  ['DATA', 'DATA'],
]);

/** One connection of the fake mail server: as much of RFC 5321 as a client of one mail needs. */
export class SmtpSession {
  private input = '';
  private mode: 'commands' | 'content' | 'over' = 'commands';
  private loggedIn: boolean;
  private from: string | null = null;
  private to: string[] = [];
  private sawContent = false;

  constructor(
    private readonly server: SmtpHost,
    private readonly socket: Socket,
  ) {
    this.loggedIn = server.options.login === undefined;
    socket.on('data', (chunk) => {
      this.input += chunk.toString('latin1');
      this.work();
    });
  }

  begin(): void {
    this.play('greeting', () => this.say('220 fake.test ESMTP'));
  }

  private work(): void {
    for (;;) {
      if (this.mode === 'over') return;
      if (this.mode === 'content') {
        if (!this.readContent()) return;
        continue;
      }
      const end = this.input.indexOf('\r\n');
      if (end === -1) return;
      const line = this.input.slice(0, end);
      this.input = this.input.slice(end + 2);
      this.server.commands.push(line);
      this.obey(line);
    }
  }

  private obey(line: string): void {
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    const step = STEPS.get(verb);
    if (step === undefined) {
      this.say(verb === 'QUIT' ? '221 2.0.0 Bye' : '502 5.5.1 Not implemented');
      if (verb === 'QUIT') this.socket.end();
      return;
    }
    this.play(step, () => this.answer(step, line));
  }

  private answer(step: SmtpStep, line: string): void {
    if (step === 'EHLO') this.say(this.greet());
    else if (step === 'AUTH') this.logIn(line);
    else if (step === 'MAIL') this.begins(line);
    else if (step === 'RCPT') this.goesTo(line);
    else if (step === 'DATA') this.takeContent();
    else this.say('502 5.5.1 Not implemented');
  }

  private begins(line: string): void {
    if (this.loggedIn) this.from = addressOf(line);
    this.to = [];
    this.say(this.loggedIn ? '250 2.1.0 Ok' : '530 5.7.0 Authentication required');
  }

  private goesTo(line: string): void {
    if (this.from !== null) this.to.push(addressOf(line));
    this.say(this.from === null ? '503 5.5.1 MAIL first' : '250 2.1.5 Ok');
  }

  private takeContent(): void {
    if (this.to.length > 0) this.mode = 'content';
    this.say(this.to.length > 0 ? '354 Go ahead' : '554 5.5.1 No valid recipients');
  }

  private greet(): string {
    const extensions = [...(this.server.options.extensions ?? ['PIPELINING', 'SIZE 10000000'])];
    if (this.server.options.login !== undefined) extensions.push('AUTH PLAIN LOGIN');
    return ['fake.test', ...extensions]
      .map((word, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${word}`)
      .join('\r\n');
  }

  private logIn(line: string): void {
    const { login } = this.server.options;
    const [, given = ''] = /^AUTH PLAIN (\S+)$/i.exec(line) ?? [];
    const expected = Buffer.from(`\0${login?.user ?? ''}\0${login?.password ?? ''}`).toString('base64');
    this.loggedIn = login !== undefined && given === expected;
    this.say(this.loggedIn ? '235 2.7.0 Ok' : '535 5.7.8 Bad credentials');
  }

  /** @returns false while the message goes on */
  private readContent(): boolean {
    if (!this.sawContent) {
      if (this.input === '') return false;
      this.sawContent = true;
      this.server.commands.push('content');
      const fault = this.server.takeFault('content');
      if (fault !== undefined) {
        this.fail(fault);
        this.mode = 'over';
        return false;
      }
    }
    const end = this.input.indexOf(END_OF_MESSAGE);
    if (end === -1) return false;
    const message = this.input.slice(0, end + 2).replaceAll('\r\n.', '\r\n');
    this.input = this.input.slice(end + END_OF_MESSAGE.length);
    this.mode = 'commands';
    this.sawContent = false;
    this.play(
      'message',
      () => {
        this.take(message);
        this.say('250 2.0.0 Ok: queued as 4F1D2');
      },
      message,
    );
    return true;
  }

  private play(step: SmtpStep, otherwise: () => void, message?: string): void {
    const fault = this.server.takeFault(step);
    if (fault === undefined) otherwise();
    else this.fail(fault, message);
  }

  private fail(fault: SmtpFault, message?: string): void {
    if (fault.do === 'reply') {
      this.say(fault.line);
      return;
    }
    if (fault.accept === true && message !== undefined) this.take(message);
    this.mode = 'over';
    if (fault.do === 'reset') this.socket.resetAndDestroy();
    if (fault.do === 'close') this.socket.end();
  }

  private take(message: string): void {
    this.server.mails.push({ from: this.from ?? '', to: this.to, message });
  }

  private say(line: string): void {
    this.socket.write(`${line}\r\n`);
  }
}

function addressOf(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}
