import { ConsoleLogger } from '@nestjs/common';

/** What Nest says of its own wiring: the OpenAPI page lists the routes, and `main` reports a failed start once. */
const WIRING = new Set<unknown>(['ExceptionHandler', 'InstanceLoader', 'RouterExplorer', 'RoutesResolver']);

/** One JSON object a line, or colours for a person at a terminal; without Nest's own start-up chatter. */
export class StartLogger extends ConsoleLogger {
  constructor(isTerminal: boolean) {
    super({ json: !isTerminal });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!WIRING.has(rest.at(-1))) super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!WIRING.has(rest.at(-1))) super.error(message, ...rest);
  }
}
