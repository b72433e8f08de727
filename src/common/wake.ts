/** Lets one waiter be woken before its time. A call that comes while nobody waits is kept for the next wait. */
export class Wake {
  private called = false;
  private ring: (() => void) | null = null;

  call(): void {
    this.called = true;
    this.ring?.();
  }

  /** Resolves at the next call, at once when one has come since the last wait, or after `limitMs` at the latest. */
  async wait(limitMs: number): Promise<void> {
    if (!this.called) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.ring = resolve;
        timer = setTimeout(resolve, limitMs);
      });
      clearTimeout(timer);
      this.ring = null;
    }
    this.called = false;
  }
}
