/** The environment as the test directory sees it; the one place in this package that reads `process.env`. */
export function currentEnv(): NodeJS.ProcessEnv {
  return process.env;
}
