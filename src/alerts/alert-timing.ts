/** Times of the delivery of alerts, in milliseconds. Tests scale them. */
export interface AlertTiming {
  /** Longest request; a slower receiver has not got the alert. */
  readonly requestTimeoutMs: number;
  /** How long a process holds an alert; a crash delays it by no more. Longer than the longest request and its record. */
  readonly leaseMs: number;
  /** How long a shutdown waits for requests under way before it cuts them: what is cut is posted again. */
  readonly shutdownWithinMs: number;
}

export const ALERT_TIMING = Symbol('ALERT_TIMING');

export const DEFAULT_ALERT_TIMING: AlertTiming = {
  requestTimeoutMs: 15_000,
  leaseMs: 60_000,
  shutdownWithinMs: 3_000,
};
