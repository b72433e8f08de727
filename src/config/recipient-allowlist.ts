import { RE2JS, RE2JSSyntaxException } from 're2js';
import { invalid, valid, type Parser } from './parser.js';

/** Says which recipients a mail may go to. Runs in time linear in the address, whatever the expression. */
export class RecipientAllowlist {
  readonly expression: string;
  readonly #pattern: RE2JS;

  /** @throws RE2JSSyntaxException when the expression is not of the RE2 syntax */
  constructor(expression: string) {
    this.expression = expression;
    this.#pattern = RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE);
    Object.freeze(this);
  }

  /** True when the expression is found anywhere in the address; case does not matter. */
  allows(address: string): boolean {
    return this.#pattern.matcher(address.toLowerCase()).find();
  }
}

export const recipientAllowlist: Parser<RecipientAllowlist> = {
  allowed: 'an RE2 regular expression (no look-around, no back-references)',
  parse: (text) => {
    try {
      return valid(new RecipientAllowlist(text));
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      // The engine spells the case-insensitive flag as a prefix that the operator never wrote.
      return invalid(`does not compile: ${error.message.replace('`(?i)', '`')}`);
    }
  },
};
