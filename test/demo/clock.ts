/** What time it is in the story; between two settings it runs on like the real one. */
export class SimulatedClock {
  private offsetMs = 0;

  /** Milliseconds since 1970. */
  readonly now = (): number => Date.now() + this.offsetMs;

  set(time: Date): void {
    this.offsetMs = time.getTime() - Date.now();
  }
}
