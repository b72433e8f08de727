import { AlertsConfig } from './alerts.config.js';
import { ConfigError, type ConfigFault } from './config-error.js';
import { DatabaseConfig } from './database.config.js';
import { DecisionsConfig } from './decisions.config.js';
import { EmailProviderConfig } from './email-provider.config.js';
import { variablesOf, type Variable } from './environment-variable.js';
import type { FeatureClass, FeatureConfig } from './feature-config.js';
import { HttpConfig } from './http.config.js';
import { InboxConfig } from './inbox.config.js';
import { invalid, type Parsed } from './parser.js';
import { SendingConfig } from './sending.config.js';
import { warnOfUnknownVariables } from './unknown-variables.js';

/** Texts by variable name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every config class of the service, in the order of `.env.example` and of the fault list. */
export const CONFIG_CLASSES = [
  DatabaseConfig,
  HttpConfig,
  EmailProviderConfig,
  SendingConfig,
  InboxConfig,
  AlertsConfig,
  DecisionsConfig,
] as const;

/** All settings, sound and frozen. Features inject their own class instead. */
export class Configuration {
  readonly database: DatabaseConfig;
  readonly http: HttpConfig;
  readonly emailProvider: EmailProviderConfig;
  readonly sending: SendingConfig;
  readonly inbox: InboxConfig;
  readonly alerts: AlertsConfig;
  readonly decisions: DecisionsConfig;
  /** What the operator should hear of at boot; shows no values. */
  readonly warnings: readonly string[];
}

/**
 * Reads all settings. White space around a value is cut off; an empty variable counts as unset.
 *
 * @throws ConfigError that lists every fault, not just the first
 */
export function loadConfig(environment: Environment): Configuration {
  const faults: ConfigFault[] = [];
  const known = CONFIG_CLASSES.flatMap((Feature) => variablesOf(Feature).map(({ name }) => name));
  const configuration = Object.assign(new Configuration(), {
    database: readFeature(DatabaseConfig, environment, faults),
    http: readFeature(HttpConfig, environment, faults),
    emailProvider: readFeature(EmailProviderConfig, environment, faults),
    sending: readFeature(SendingConfig, environment, faults),
    inbox: readFeature(InboxConfig, environment, faults),
    alerts: readFeature(AlertsConfig, environment, faults),
    decisions: readFeature(DecisionsConfig, environment, faults),
    warnings: Object.freeze(warnOfUnknownVariables(Object.keys(environment), known)),
  } satisfies Configuration);

  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(configuration);
}

/**
 * Reads the settings of one feature alone, by the rules of {@link loadConfig}: the command line needs the database,
 * and must not fail on the rest.
 *
 * @throws ConfigError
 */
export function loadFeature<Config extends FeatureConfig>(
  Feature: FeatureClass<Config>,
  environment: Environment,
): Config {
  const faults: ConfigFault[] = [];
  const config = readFeature(Feature, environment, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Adds what it finds wrong to `faults`; the config is of use only when it added nothing. */
function readFeature<Config extends FeatureConfig>(
  Feature: FeatureClass<Config>,
  environment: Environment,
  faults: ConfigFault[],
): Config {
  const values: Partial<Record<PropertyKey, unknown>> = {};
  const variables = variablesOf(Feature);
  for (const variable of variables) {
    const parsed = read(variable, environment);
    if (parsed.kind === 'valid') values[variable.field] = parsed.value;
    else faults.push(faultOf(variable, environment, parsed.problem, variable.parser.allowed));
  }
  const config = Object.freeze(Object.assign(new Feature(), values));

  for (const rule of Feature.rules ?? []) {
    if (!rule.fields.every((field) => field in values)) continue;

    const problem = rule.problem(config);
    if (problem === null) continue;

    const blamed = variables.filter(({ field }) => field === rule.blames);
    faults.push(...blamed.map((variable) => faultOf(variable, environment, problem, rule.allowed)));
  }
  return config;
}

function read(variable: Variable, environment: Environment): Parsed<unknown> {
  const given = environment[variable.name] ?? '';
  // Blanks alone are a slip, and taking them for "unset" could open what the operator meant to close.
  if (given !== '' && given.trim() === '') return invalid('holds nothing but white space');

  const text = given === '' ? variable.default : given.trim();
  if (text === null) return { kind: 'valid', value: null };
  return variable.parser.parse(text);
}

function faultOf(
  { name, isSecret, default: fallback }: Variable,
  environment: Environment,
  problem: string,
  allowed: string,
): ConfigFault {
  const subject = isSecret ? 'the value (not shown)' : quote(environment[name] || (fallback ?? ''));
  return { variable: name, detail: `${subject} ${problem}; allowed: ${allowed}` };
}

/** On one line, at most 80 characters, without the credentials of a URL that was put in the wrong variable. */
function quote(text: string): string {
  const shown = text.replace(/\/\/.*@/s, '//…@');
  return JSON.stringify(shown.length > 80 ? `${shown.slice(0, 79)}…` : shown);
}
