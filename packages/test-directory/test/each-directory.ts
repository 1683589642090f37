import { afterAll, beforeAll, describe } from '@jest/globals';
import { Client, type ClientOptions } from 'ldapts';
import { chooseDirectory, type DirectoryKind, startDirectory, type TestDirectory } from '../src/index.ts';

/** The one that was chosen, and always the embedded directory and slapd: the contract is that they behave alike. */
async function kindsUnderTest(): Promise<readonly DirectoryKind[]> {
  const chosen = await chooseDirectory(process.env);
  const slapd = await chooseDirectory({ PATH: process.env.PATH, TEST_DIRECTORY: 'slapd' }).then(
    ({ kind }) => [kind],
    () => [],
  );
  return [...new Set<DirectoryKind>([chosen.kind, ...slapd, 'embedded'])];
}

/** The kinds of directory that the contract is run against here. */
export const kinds = await kindsUnderTest();

export interface UnderTest extends TestDirectory {
  /** A client that is closed at the end of `use`, whatever happens. */
  with<Result>(use: (client: Client) => Promise<Result>, options?: Partial<ClientOptions>): Promise<Result>;
  /** The result code with which a bind ends; 0 where it succeeds. */
  bindCode(dn: string, password: string): Promise<number>;
}

/** Runs a part of the contract against every kind of directory, each with the tutorial's people and the personas. */
export function contract(title: string, part: (directory: () => UnderTest) => void): void {
  describe.each(kinds)(`${title} (%s)`, (kind) => {
    let directory: UnderTest | undefined;
    beforeAll(async () => {
      directory = underTest(await startDirectory({ kind, personas: true }));
    }, 120_000);
    afterAll(() => directory?.remove());
    part(() => {
      if (directory === undefined) throw new Error('the directory did not start');
      return directory;
    });
  });
}

function underTest(directory: TestDirectory): UnderTest {
  const use = async <Result>(
    act: (client: Client) => Promise<Result>,
    options: Partial<ClientOptions> = {},
  ): Promise<Result> => {
    const client = new Client({ url: directory.url, timeout: 10_000, connectTimeout: 5_000, ...options });
    try {
      return await act(client);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
  const bindCode = (dn: string, password: string): Promise<number> =>
    use((client) => codeOf(client.bind(dn, password)));
  return { ...directory, with: use, bindCode };
}

/** The LDAP result code an operation ends with. Anything that is not an LDAP result fails the test. */
export async function codeOf(operation: Promise<unknown>): Promise<number> {
  try {
    await operation;
    return 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return error.code;
    throw error;
  }
}
