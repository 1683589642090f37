/** The environment as the test directory sees it; the one place in this package that touches `process.env`. */
export function currentEnv(): NodeJS.ProcessEnv {
  return process.env;
}

/** testcontainers has no other switch for this than the environment. */
export function doWithoutReaper(): void {
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
}
