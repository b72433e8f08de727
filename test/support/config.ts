import type { AlertsConfig } from '../../src/config/alerts.config.js';
import type { DatabaseConfig } from '../../src/config/database.config.js';
import type { DecisionsConfig } from '../../src/config/decisions.config.js';
import type { EmailProviderConfig } from '../../src/config/email-provider.config.js';
import type { FeatureClass, FeatureConfig } from '../../src/config/feature-config.js';
import type { HttpConfig } from '../../src/config/http.config.js';
import type { InboxConfig } from '../../src/config/inbox.config.js';
import { Configuration, loadConfig, loadFeature } from '../../src/config/load-config.js';
import type { SendingConfig } from '../../src/config/sending.config.js';

type FieldsOf<Config> = Partial<Omit<Config, keyof FeatureConfig>>;

/** A config of the documented defaults but for the fields given; the rules between fields are not checked. */
export function configOf<Config extends FeatureConfig>(
  Feature: FeatureClass<Config>,
  fields: FieldsOf<Config> = {},
): Config {
  return withFields(loadFeature(Feature, {}), fields);
}

/** All settings as {@link configOf}; in a testing module, `overrideProvider(Configuration).useValue(...)` sets every class. */
export function configurationOf(
  fields: {
    database?: FieldsOf<DatabaseConfig>;
    http?: FieldsOf<HttpConfig>;
    emailProvider?: FieldsOf<EmailProviderConfig>;
    sending?: FieldsOf<SendingConfig>;
    inbox?: FieldsOf<InboxConfig>;
    alerts?: FieldsOf<AlertsConfig>;
    decisions?: FieldsOf<DecisionsConfig>;
  } = {},
): Configuration {
  const defaults = loadConfig({});
  return Object.assign(new Configuration(), {
    database: withFields(defaults.database, fields.database),
    http: withFields(defaults.http, fields.http),
    emailProvider: withFields(defaults.emailProvider, fields.emailProvider),
    sending: withFields(defaults.sending, fields.sending),
    inbox: withFields(defaults.inbox, fields.inbox),
    alerts: withFields(defaults.alerts, fields.alerts),
    decisions: withFields(defaults.decisions, fields.decisions),
    warnings: [],
  } satisfies Configuration);
}

function withFields<Config extends FeatureConfig>(config: Config, fields: FieldsOf<Config> = {}): Config {
  const blank: unknown = Object.create(Object.getPrototypeOf(config));
  return Object.freeze(Object.assign(blank as Config, config, fields));
}
