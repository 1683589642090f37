import { type AuthConfig, type ConfigProblem, type Environment, readAuthConfig } from '@ldap-to-okta/auth-adapter';
import { readWebConfig } from '@ldap-to-okta/web-app';
import { failed, type Need, ok, type Verdict } from '../exam.ts';

/** The variables of one mode: what is wrong with them, and what can be used for all that. */
export interface Values {
  readonly problems: readonly ConfigProblem[];
  /** With examples in place of what is wrong; undefined when that does not help. */
  readonly config: AuthConfig | undefined;
  /** Passes when none of these variables is wrong, whatever others are. */
  fit(...names: readonly string[]): Need<void>;
}

/**
 * Reads the variables of a mode. Where some are wrong, the others are examined all the same: the wrong ones are replaced by
 * an example, and checks that need them do not run.
 */
export function readValues(env: Environment): Values {
  const read = readAuthConfig(env);
  const problems = read.ok ? [] : read.problems;
  const mended = read.ok ? read : readAuthConfig(mend(env, problems));
  const config = mended.ok ? mended.config : undefined;
  return {
    problems,
    config,
    fit: (...names) => {
      const wrong = names.find((name) => problems.some((problem) => problem.name === name));
      const passed =
        wrong === undefined && config !== undefined
          ? { value: undefined }
          : { blame: `the value of ${wrong ?? names[0] ?? 'a variable'} is wrong` };
      return { passed: Promise.resolve(passed) };
    },
  };
}

const mend = (env: Environment, problems: readonly ConfigProblem[]): Environment => ({
  ...env,
  ...Object.fromEntries(problems.map(({ name, example }) => [name, name.endsWith('_CA_FILE') ? '' : example])),
});

/** One line per problem, or one that says how many variables were read. */
export function judgeValues(problems: readonly ConfigProblem[], whatIsRight: string): readonly Verdict<undefined>[] {
  return problems.length === 0
    ? [ok(undefined, whatIsRight)]
    : problems.map(({ name, problem, example }) => ({
        ...failed(problem, `For example: ${name}=${example}`),
        subject: name,
      }));
}

/** What the web shell reads, without what the adapter has reported already. */
export function problemsOfApp(env: Environment, reported: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return readWebConfig(env).problems.filter(({ name }) => !reported.some((known) => known.name === name));
}
