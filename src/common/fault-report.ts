/** What a log may know of a thrown value. */
export interface FaultReport {
  readonly name: string;
  /** Null for errors of the database: theirs quote the values of the statement. */
  readonly message: string | null;
  /** SQLSTATE, or the code of Node or a library. */
  readonly code: string | null;
  readonly constraint: string | null;
  readonly stack: readonly string[];
  readonly cause: FaultReport | null;
}

/** Causes of causes are followed this far. */
const MAX_CAUSES = 3;

/** Keeps what helps to find a fault and drops what may hold mail or addresses: SQL parameters, row details, bodies. */
export function describeFault(error: unknown, causesLeft = MAX_CAUSES): FaultReport {
  if (!(error instanceof Error)) {
    return { name: typeof error, message: null, code: null, constraint: null, stack: [], cause: null };
  }

  // TypeORM wraps the errors of `pg`, of which those that the server sent have a severity.
  const source: unknown = Reflect.get(error, 'driverError') ?? error;
  const isFromDatabase = source !== error || textOf(error, 'severity') !== null;
  const followsCause = !isFromDatabase && error.cause !== undefined && causesLeft > 0;

  return {
    name: error.name,
    message: isFromDatabase ? null : error.message,
    code: textOf(source, 'code'),
    constraint: textOf(source, 'constraint'),
    stack: framesOf(error),
    cause: followsCause ? describeFault(error.cause, causesLeft - 1) : null,
  };
}

/** The frames alone: the head of a stack repeats the message. */
function framesOf(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
}

function textOf(source: unknown, property: string): string | null {
  const value: unknown = typeof source === 'object' && source !== null ? Reflect.get(source, property) : null;
  return typeof value === 'string' ? value : null;
}
