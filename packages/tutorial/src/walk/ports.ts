import { listens } from '../listens.ts';

/** The ports that the pages name, and the variables that move them. */
const PORTS = {
  PORT: 8080,
  PORT_OKTA_LDAP: 8081,
  PORT_OIDC: 8082,
  LOCAL_OKTA_PORT: 8090,
  LOCAL_OKTA_LDAPS_PORT: 8636,
  LOCAL_OKTA_LDAP_PORT: 8389,
  OPENLDAP_PORT: 1389,
  OPENLDAPS_PORT: 1636,
} as const;

/** Where the walk takes place: at the ports of the pages, or at others that lie one after the other. */
export interface Ports {
  readonly env: Readonly<Record<string, string>>;
  /** A text of a page, with the ports of this walk. */
  here(text: string): string;
  /** What was seen, with the ports of the pages. */
  onPage(text: string): string;
}

export function portsFrom(first: number | undefined): Ports {
  const pairs = Object.entries(PORTS).map(([name, port], index) => ({
    name,
    documented: String(port),
    actual: String(first === undefined ? port : first + index),
  }));
  const swap = (text: string, from: 'documented' | 'actual', to: 'documented' | 'actual'): string =>
    text.replace(
      /(?<![\w.])\d{4,5}(?![\d.]*\w)/g,
      (number) => pairs.find((pair) => pair[from] === number)?.[to] ?? number,
    );
  return {
    env: Object.fromEntries(pairs.map(({ name, actual }) => [name, actual])),
    here: (text) => swap(text, 'documented', 'actual'),
    onPage: (text) => swap(text, 'actual', 'documented'),
  };
}

/** Those that something listens at already. */
export async function taken({ env }: Ports): Promise<readonly string[]> {
  const answers = await Promise.all(
    Object.values(env).map(async (port) => ((await listens(Number(port))) ? [port] : [])),
  );
  return answers.flat();
}
