/** What has been started, ended in the opposite order: at the end of a run, or when a signal ends it early. */
export class Clearing {
  private readonly steps: (() => Promise<void>)[] = [];
  /** What is being started just now: it can be ended when it has. */
  private starting: Promise<unknown> = Promise.resolve();
  private clearing: Promise<void> | null = null;

  later(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  /** Waits for something to start; from then on it will be ended. */
  async when<Thing>(start: Promise<Thing>, end: (thing: Thing) => Promise<void>): Promise<Thing> {
    const started = start.then((thing) => {
      this.steps.push(() => end(thing));
      return thing;
    });
    this.starting = started;
    return started;
  }

  /** Call it when PostgreSQL runs: its package has handlers of its own, which end the process before the rest has ended. */
  onSignals(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.removeAllListeners(signal);
      process.once(signal, () => void this.clear().finally(() => process.exit(1)));
    }
  }

  /** Ends everything, once: a second call waits for the first. */
  clear(): Promise<void> {
    this.clearing ??= this.endAll();
    return this.clearing;
  }

  private async endAll(): Promise<void> {
    await Promise.allSettled([this.starting]);
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) await step();
  }
}
