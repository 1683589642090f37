/** Where time comes from: tests move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

let writtenTime = Number.NaN;
let written = '';

/** The clock's time as Okta writes it: `2026-11-23T10:00:00.000Z`. */
export function timestamp(clock: Clock): string {
  const now = clock.now();
  // What happens at once has one time, written once.
  if (now !== writtenTime) {
    written = new Date(now).toISOString();
    writtenTime = now;
  }
  return written;
}
