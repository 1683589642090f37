/** One thing wrong with one environment variable. `problem` never repeats a secret's value. */
export interface ConfigProblem {
  /** The variable: `LDAP_PORT`. */
  readonly name: string;
  /** What is wrong and what would be right, as one sentence. */
  readonly problem: string;
  /** A value that would be accepted: `1389`. */
  readonly example: string;
}

/** Every problem of a configuration, as lines for a terminal. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  const heading =
    problems.length === 1 ? '1 problem in the environment:' : `${problems.length} problems in the environment:`;
  return [
    heading,
    ...problems.map(({ name, problem, example }) => `  ${name}: ${problem}\n    example: ${name}=${example}`),
  ].join('\n');
}

/** The configuration cannot work. `message` is ready for a terminal; a process prints it and exits with a code that is not 0. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'configuration';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(formatProblems(problems));
    this.problems = problems;
  }
}
