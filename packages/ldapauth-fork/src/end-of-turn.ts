let waiting: (() => void)[] = [];

/** Calls it when this turn of the event loop has no more to do, before any waiting. Must not throw. */
export function atEndOfTurn(call: () => void): void {
  if (waiting.push(call) === 1) {
    setImmediate(callAll);
  }
}

function callAll(): void {
  const calls = waiting;
  waiting = [];
  for (const call of calls) {
    call();
  }
}
