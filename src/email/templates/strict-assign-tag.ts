import { Tag, Value, type Context, type Liquid, type TagToken, type TopLevelToken } from 'liquidjs';

/**
 * `{% assign name = value %}` that reports a missing variable. LiquidJS's own reads the value as leniently as an
 * `if` does, so `{% assign hello = first_name | append: "!" %}` would greet nobody.
 */
export class StrictAssignTag extends Tag {
  private readonly variable: string;
  private readonly value: Value;

  constructor(token: TagToken, remainTokens: TopLevelToken[], liquid: Liquid) {
    super(token, remainTokens, liquid);
    this.variable = this.tokenizer.readIdentifier().content;
    this.tokenizer.assert(this.variable, 'expected variable name');
    this.tokenizer.skipBlank();
    this.tokenizer.assert(this.tokenizer.read() === '=', 'expected "="');
    this.value = new Value(this.tokenizer.readFilteredValue(), liquid);
  }

  override *render(ctx: Context): Generator<unknown, void, unknown> {
    const scope = ctx.bottom();
    try {
      scope[this.variable] = yield this.value.value(ctx, false);
    } catch (error) {
      // Present, so that what reads it is not reported as missing beside the true cause.
      scope[this.variable] ??= null;
      throw error;
    }
  }
}
