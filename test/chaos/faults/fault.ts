import type { TcpFaultProxy } from '../../support/tcp-fault-proxy.js';
import type { Fleet } from '../fleet.js';
import type { Load } from '../load.js';
import type { ChaosPostgres } from '../postgres.js';
import type { Provider } from '../provider.js';
import type { Random } from '../random.js';

/** All that a fault can lay its hands on. */
export interface World {
  readonly database: string;
  readonly postgres: ChaosPostgres;
  /** Between the replicas and PostgreSQL. */
  readonly network: TcpFaultProxy;
  readonly provider: Provider;
  readonly fleet: Fleet;
  readonly load: Load;
  readonly random: Random;
  /** How long a fault lasts that has no end of its own. */
  readonly holdMs: number;
  /** Clients of the stampede. */
  readonly stampede: number;
  /** Notes that a fault did not go as it must. */
  readonly report: (problem: string) => void;
  /** Waits until nothing is due any more but what the provider refuses for good. */
  readonly calm: () => Promise<void>;
  /** What is left of the day's global cap. */
  readonly placesLeft: () => Promise<number>;
  /** Lets so much time pass at once, for the database and for the provider. */
  readonly leap: (hours: number) => Promise<void>;
  /**
   * Lets so much time pass that steps which the dead and the sleeping have leased are free, and waits until others have
   * made their mail. Resolves to false when some still have none.
   */
  readonly stepsAreTakenOver: () => Promise<boolean>;
}

/** A way to hurt the service. Under load; it has ended and been made good when `strike` resolves. */
export interface Fault {
  readonly name: string;
  strike(world: World): Promise<void>;
}
