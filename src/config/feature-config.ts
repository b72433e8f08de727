import { inspect, type InspectOptions } from 'node:util';
import { variablesOf } from './environment-variable.js';

/** Fields that are each sound but must not stand together. */
export interface Rule<Config> {
  /** The field whose variable is to blame. */
  readonly blames: keyof Config;
  /** The fields that `problem` reads: the rule is skipped while one of them has a fault of its own. */
  readonly fields: readonly (keyof Config)[];
  /** Goes on from the blamed value, like the problem of a parser; null when the rule is kept. */
  readonly problem: (config: Config) => string | null;
  /** Ends the sentence "allowed: …". */
  readonly allowed: string;
}

/** A config class: its fields carry `@EnvironmentVariable`, its rules hold between them. */
export interface FeatureClass<Config extends FeatureConfig> {
  new (): Config;
  readonly rules?: readonly Rule<Config>[];
}

/**
 * Settings of one feature, read once at boot and frozen. Only `loadConfig` and tests make instances; inject the
 * class. A dump (JSON, `util.inspect`) shows `[secret]` in place of a secret.
 */
export abstract class FeatureConfig {
  toJSON(): Record<string, unknown> {
    const secrets = new Set<string>();
    for (const { field, isSecret } of variablesOf(this.constructor)) if (isSecret) secrets.add(field);

    return Object.fromEntries(
      Object.entries(this).map(([field, value]) => [
        field,
        secrets.has(field) && value !== null ? '[secret]' : value,
      ]),
    );
  }

  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`;
  }
}
