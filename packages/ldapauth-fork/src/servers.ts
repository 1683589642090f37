import type { Connection } from './connection.ts';
import { LdapAuthError } from './errors.ts';
import { type OpenOptions, openConnection } from './open-connection.ts';
import { outcomeOf } from './result-codes.ts';
import type { ServerAddress } from './server-address.ts';
import type { OnStep } from './step.ts';

const AVOID_MS = 10_000;

/** The configured servers, in order of preference, and which of them failed lately. */
export class Servers {
  private readonly addresses: readonly ServerAddress[];
  private readonly options: OpenOptions;
  private readonly avoidedUntil = new Map<string, number>();

  constructor(addresses: readonly ServerAddress[], options: OpenOptions) {
    this.addresses = addresses;
    this.options = options;
  }

  get hasAlternatives(): boolean {
    return this.addresses.length > 1;
  }

  /** A server that hangs or breaks is asked last for a while. */
  avoid(url: string): void {
    this.avoidedUntil.set(url, performance.now() + AVOID_MS);
  }

  /**
   * Opens a connection to the first server that answers and with which `prepare` succeeds.
   * @param onStep told of each attempt
   * @throws LdapAuthError of the most preferred one that failed
   */
  async open(
    onStep: OnStep | undefined,
    prepare: (connection: Connection) => Promise<void> = async () => {},
  ): Promise<Connection> {
    let firstError: unknown;
    for (const address of this.inOrder()) {
      try {
        const connection = await this.openOne(address, onStep);
        await prepare(connection);
        this.avoidedUntil.delete(address.url);
        return connection;
      } catch (error) {
        this.avoid(address.url);
        firstError ??= error;
        if (error instanceof LdapAuthError && error.code === 'service-bind-failed') {
          // The next server would count the same wrong password once more.
          break;
        }
      }
    }
    throw firstError ?? new LdapAuthError('unavailable', 'No directory server is configured');
  }

  private async openOne(address: ServerAddress, onStep: OnStep | undefined): Promise<Connection> {
    const startedAt = performance.now();
    const report = (outcome: string): void =>
      onStep?.({ kind: 'connect', url: address.url, outcome, ms: performance.now() - startedAt });
    try {
      const connection = await openConnection(address, this.options);
      report('ok');
      return connection;
    } catch (error) {
      report(outcomeOf(error));
      throw error;
    }
  }

  private inOrder(): ServerAddress[] {
    const now = performance.now();
    const isAvoided = ({ url }: ServerAddress): boolean => (this.avoidedUntil.get(url) ?? 0) > now;
    return [...this.addresses.filter((it) => !isAvoided(it)), ...this.addresses.filter(isAvoided)];
  }
}
