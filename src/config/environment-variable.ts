import type { Parser } from './parser.js';

/** One environment variable and the config field that it sets; `.env.example` and the README are held against these. */
export interface Variable {
  readonly name: string;
  readonly field: string;
  readonly parser: Parser<unknown>;
  /** The text that stands in for an unset variable; null leaves the field null. */
  readonly default: string | null;
  /** True when no message, log line or dump may show the value. */
  readonly isSecret: boolean;
  /** One sentence: the meaning, with its unit. */
  readonly doc: string;
}

interface VariableOptions {
  readonly doc: string;
  readonly secret?: true;
}

/** Compiles only on a field whose type takes every value that the parser yields. */
type FieldDecorator<Value> = <Config extends object, Field extends keyof Config>(
  config: Config,
  field: [Value] extends [Config[Field]] ? Field : never,
) => void;

const variablesByClass = new WeakMap<object, Variable[]>();

/** Binds a config field to an environment variable; a variable without default leaves the field null when unset. */
export function EnvironmentVariable<Value>(
  name: string,
  parser: Parser<Value>,
  options: VariableOptions & { readonly default: string },
): FieldDecorator<Value>;
export function EnvironmentVariable<Value>(
  name: string,
  parser: Parser<Value>,
  options: VariableOptions,
): FieldDecorator<Value | null>;
export function EnvironmentVariable(
  name: string,
  parser: Parser<unknown>,
  options: VariableOptions & { readonly default?: string },
) {
  return (config: object, field: PropertyKey): void => {
    const variables = variablesByClass.get(config.constructor) ?? [];
    variables.push({
      name,
      field: String(field),
      parser,
      default: options.default ?? null,
      isSecret: options.secret ?? false,
      doc: options.doc,
    });
    variablesByClass.set(config.constructor, variables);
  };
}

/** The variables of a config class, in the order of its fields. */
export function variablesOf(configClass: object): readonly Variable[] {
  return variablesByClass.get(configClass) ?? [];
}
