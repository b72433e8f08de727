import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { Dispatcher } from '../dispatch/dispatcher.service.js';
import { OperatorActionsRepository } from '../dispatch/operator-actions.repository.js';
import type { OutboundEmailView, ResolveEmailDto } from './dto/outbound-email.dto.js';
import { OutboundEmailsReadModel } from './outbound-emails.view.js';

/** What an operator may do to a mail. `actor` is the name of her API key, empty when the process has none. */
@Injectable()
export class OutboundEmailsService {
  constructor(
    private readonly actions: OperatorActionsRepository,
    private readonly view: OutboundEmailsReadModel,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** Drops an open mail that certainly never left. Cancelling twice is one cancellation. */
  async cancel(id: number, actor: string): Promise<OutboundEmailView> {
    const done = await this.actions.cancel(id, actor);
    const email = await this.get(id);
    if (done || email.error_code === 'CANCELLED') return email;
    throw new DomainError('email_not_cancellable', `The mail is ${email.status} and may have left already.`);
  }

  /** Queues a FAILED or DROPPED mail again; every check is made again on its way. */
  async retry(id: number, actor: string): Promise<OutboundEmailView> {
    const done = await this.actions.retry(id, actor);
    const email = await this.get(id);
    if (!done) {
      throw new DomainError('email_not_retryable', `The mail is ${email.status}, not FAILED or DROPPED.`);
    }
    this.dispatcher.nudge();
    return email;
  }

  /** Settles an UNKNOWN mail by her word. */
  async resolve(id: number, { as, reason }: ResolveEmailDto, actor: string): Promise<OutboundEmailView> {
    const done = await this.actions.resolve(id, as, actor, reason);
    const email = await this.get(id);
    if (!done) throw new DomainError('email_not_resolvable', `The mail is ${email.status}, not UNKNOWN.`);
    if (as === 'resend') this.dispatcher.nudge();
    return email;
  }

  private async get(id: number): Promise<OutboundEmailView> {
    const email = await this.view.find(id);
    if (email === null) throw emailNotFound(id);
    return email;
  }
}

export function emailNotFound(id: number): DomainError {
  return new DomainError('email_not_found', `There is no mail ${id}.`);
}
