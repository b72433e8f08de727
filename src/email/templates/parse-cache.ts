interface Entry<Parsed> {
  readonly parsed: Parsed;
  readonly weight: number;
}

/**
 * What was parsed lately, by its source: the mails of a campaign come one by one and share a template. Bounded by the
 * weight of all entries together, so that a few huge templates do not take the memory of thousands; what was used
 * longest ago goes first.
 */
export class ParseCache<Parsed> {
  /** In the order of use: a Map keeps the order of insertion. */
  private readonly entries = new Map<string, Entry<Parsed>>();
  private weight = 0;

  constructor(private readonly maxWeight: number) {}

  get(source: string): Parsed | undefined {
    const entry = this.entries.get(source);
    if (entry === undefined) return undefined;
    this.entries.delete(source);
    this.entries.set(source, entry);
    return entry.parsed;
  }

  /** An entry heavier than the whole cache is not kept. */
  set(source: string, parsed: Parsed, weight: number): void {
    this.delete(source);
    this.entries.set(source, { parsed, weight });
    this.weight += weight;
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.maxWeight) return;
      this.delete(oldest);
    }
  }

  private delete(source: string): void {
    this.weight -= this.entries.get(source)?.weight ?? 0;
    this.entries.delete(source);
  }
}
