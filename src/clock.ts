/** The one way to know the time: passed in, so that results never depend on when they were computed. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
