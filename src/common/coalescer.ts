interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface CoalescerOptions<Request> {
  /** What one call takes at most, in units of {@link weightOf}; a heavier request gets a call of its own. */
  readonly heaviest: number;
  /** Default: every request weighs 1. */
  readonly weightOf?: (request: Request) => number;
  /** True when every request of the call would have met this error: none of them is asked again on its own. */
  readonly isShared: (error: unknown) => boolean;
}

/**
 * Makes one call of what many ask for at the same time. Each lane has one call under way; what is asked meanwhile waits
 * and goes together with the next. Nobody waits for company: a lone request goes at once.
 *
 * A call that fails is repeated request by request, unless the error is everybody's, so that one bad request is not the
 * others' loss. The work must be all or nothing, and safe to repeat.
 */
export class Coalescer<Request, Answer> {
  private readonly lanes = new Map<string, Waiting<Request, Answer>[]>();

  /** @param work one answer for each request, in their order */
  constructor(
    private readonly work: (requests: readonly Request[]) => Promise<readonly Answer[]>,
    private readonly options: CoalescerOptions<Request>,
  ) {}

  ask(request: Request, lane = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = this.lanes.get(lane);
      if (waiting !== undefined) {
        waiting.push({ request, resolve, reject });
        return;
      }
      this.lanes.set(lane, [{ request, resolve, reject }]);
      void this.serve(lane);
    });
  }

  private async serve(lane: string): Promise<void> {
    // What is asked in the same turn shall share the first call already.
    await Promise.resolve();
    for (;;) {
      const waiting = this.lanes.get(lane) ?? [];
      if (waiting.length === 0) break;
      await this.answer(this.takeCall(waiting));
    }
    this.lanes.delete(lane);
  }

  private takeCall(waiting: Waiting<Request, Answer>[]): Waiting<Request, Answer>[] {
    const { heaviest, weightOf = () => 1 } = this.options;
    let weight = 0;
    const end = waiting.findIndex(({ request }, index) => {
      weight += weightOf(request);
      return index > 0 && weight > heaviest;
    });
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  /** Never rejects: its askers get the error. */
  private async answer(call: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.work(call.map(({ request }) => request));
      if (answers.length !== call.length) throw new Error('One answer is owed for each request');
      for (const [index, { resolve }] of call.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (call.length === 1 || this.options.isShared(error)) for (const { reject } of call) reject(error);
      else for (const one of call) await this.answer([one]);
    }
  }
}
