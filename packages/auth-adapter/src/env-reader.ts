import type { z } from 'zod';
import type { Environment } from './config.ts';
import type { ConfigProblem } from './config-error.ts';

export interface VariableOptions<T> {
  /** A value that would be accepted, shown with a problem. */
  readonly example: string;
  /** Used when the variable is not set or empty. Without it, absence is a problem unless `optional`. */
  readonly fallback?: T | undefined;
  readonly optional?: boolean;
  /** A password or key: only plain traps are looked for, and its value never appears in a problem. */
  readonly secret?: boolean;
  /** `{{…}}` is part of such a value, not something forgotten. */
  readonly template?: boolean;
  /** Said when the variable is missing, instead of the general sentence. */
  readonly whenMissing?: string;
}

/** Reads variables one by one and remembers everything that is wrong, so that all of it is reported at once. */
export interface EnvReader {
  readonly problems: ConfigProblem[];
  /** The parsed value; undefined when it is missing or wrong, which `problems` then says. */
  read<T>(name: string, schema: z.ZodType<T, string>, options: VariableOptions<T>): T | undefined;
  report(name: string, problem: string, example: string): void;
  /** The variable as it stands, right or wrong; undefined when it is not set or empty. */
  text(name: string): string | undefined;
}

export function createEnvReader(env: Environment): EnvReader {
  const problems: ConfigProblem[] = [];
  const report = (name: string, problem: string, example: string): void => {
    problems.push({ name, problem, example });
  };
  // Compose hands on `${NAME:-}` as an empty string: the same as not set.
  const textOf = (name: string): string => env[name]?.trim() ?? '';

  return {
    problems,
    report,
    text: (name) => textOf(name) || undefined,
    read(name, schema, { example, fallback, optional, secret, template, whenMissing }) {
      const text = secret ? (env[name] ?? '') : textOf(name);
      if (text === '') {
        if (fallback === undefined && !optional) {
          report(name, whenMissing ?? 'is not set.', example);
        }
        return fallback;
      }
      const trap = secret ? trapInSecret(text) : trapInText(template ? text.replace(/\{\{\w+\}\}/g, '') : text);
      if (trap !== undefined) {
        report(name, trap, example);
        return undefined;
      }
      const result = schema.safeParse(text);
      if (!result.success) {
        report(name, result.error.issues[0]?.message ?? 'is not valid.', example);
        return undefined;
      }
      return result.data;
    },
  };
}

const UNEXPANDED = /\$\{[^}]*\}|\$\([^)]*\)/;
const PLACEHOLDER =
  /<[^<>]*>|\{\{?\s*[a-z_][\w .-]*\}?\}|\b(?:your-?okta-?(?:domain|org|ldap-?id)|your-?org(?:anization)?|change-?me)\b/i;
// The org of Okta's tutorial, which belongs to nobody who follows it.
const EXAMPLE_ORG = /\bdev-133337\b/i;
const CURLY_QUOTE = /[\u2018-\u201F\u00AB\u00BB]/;
const WRAPPED_IN_QUOTES = /^(["'`]).*\1$/s;

function trapInText(text: string): string | undefined {
  if (CURLY_QUOTE.test(text)) {
    return 'contains curly quotes, as word processors and web pages write them; use straight quotes, or none.';
  }
  if (WRAPPED_IN_QUOTES.test(text) || /^["']|["']$/.test(text)) {
    return 'begins or ends with a quote that became part of the value; leave the quotes out.';
  }
  if (UNEXPANDED.test(text)) {
    return 'still contains a variable that was not replaced; shells and Compose leave it alone within single quotes.';
  }
  if (PLACEHOLDER.test(text)) {
    return 'is still a placeholder; put your own value there.';
  }
  if (EXAMPLE_ORG.test(text)) {
    return "still names the example org of the tutorial; put your own org's name there.";
  }
  return undefined;
}

/** A password may hold any character, so only values that are a trap from end to end count. */
function trapInSecret(text: string): string | undefined {
  if (/^[\u2018-\u201F\u00AB\u00BB].*[\u2018-\u201F\u00AB\u00BB]$/s.test(text) || WRAPPED_IN_QUOTES.test(text)) {
    return 'begins and ends with a quote that became part of the value; leave the quotes out.';
  }
  if (/[\r\n]$/.test(text)) {
    return 'ends with a line break, as a file with Windows line ends leaves it; take it out.';
  }
  if (/^\$\{[^}]*\}$|^\$\([^)]*\)$|^\$[A-Z_][A-Z0-9_]*$/.test(text)) {
    return 'is a variable that was not replaced; shells and Compose leave it alone within single quotes.';
  }
  if (/^<[^<>]*>$|^\{\{?\s*[a-z_][\w .-]*\}?\}$|^change-?me$/i.test(text)) {
    return 'is still a placeholder; put the real value there.';
  }
  return undefined;
}
