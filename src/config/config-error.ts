/** One variable that keeps the process from starting. */
export interface ConfigFault {
  readonly variable: string;
  /** What is wrong and what is allowed; shows no secret. */
  readonly detail: string;
}

/** The process must not start: its message lists every bad variable, one line each. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly ConfigFault[]) {
    super(
      [
        'Refusing to start, the configuration has faults:',
        ...faults.map(({ variable, detail }) => `  ${variable}: ${detail}`),
      ].join('\n'),
    );
    this.name = 'ConfigError';
  }
}
