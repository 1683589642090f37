import { readFileSync } from 'node:fs';

/** What jest's JSON says in three numbers; undefined for a file that is none of jest's. */
export function readCounts(file) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  if (result.numTotalTests === undefined) return undefined;
  return {
    passed: result.numPassedTests,
    // a file that cannot be loaded has no tests to count, and is a failure all the same
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

export const counts = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
