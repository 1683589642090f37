/** One thing wrong with one environment variable. `problem` never repeats a secret's value. */
export interface ConfigProblem {
  /** The variable: `LDAP_PORT`. */
  readonly name: string;
  /** What is wrong and what would be right. */
  readonly problem: string;
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
