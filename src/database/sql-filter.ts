/** Collects the conditions of a WHERE clause and the parameters they speak of. */
export class SqlFilter {
  readonly parameters: unknown[] = [];
  private readonly conditions: string[] = [];

  /** Adds `condition(placeholder)` unless the value is undefined or null: an absent filter filters nothing. */
  where(value: unknown, condition: (placeholder: string) => string): this {
    if (value !== undefined && value !== null) this.conditions.push(condition(this.parameter(value)));
    return this;
  }

  /** Adds a condition that needs no value of the caller. */
  always(condition: string): this {
    this.conditions.push(condition);
    return this;
  }

  /** Binds a value and returns its placeholder. */
  parameter(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  /** The conditions joined by AND; `true` when there are none. */
  toString(): string {
    return this.conditions.length === 0 ? 'true' : this.conditions.join(' AND ');
  }
}
