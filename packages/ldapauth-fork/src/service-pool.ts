import { type Connection, ConnectionLost } from './connection.ts';
import { LdapAuthError } from './errors.ts';
import type { Answer } from './pending-requests.ts';
import { isAlive, readRootDse } from './probe.ts';
import type { Request } from './request.ts';
import { OVERLOADED, ResultCode } from './result-codes.ts';
import type { Servers } from './servers.ts';
import { bindService } from './service-bind.ts';
import type { Settings } from './settings.ts';
import type { OnStep } from './step.ts';

const ATTEMPTS = 3;
const RETRY_REFUSED_BIND_MS = 1_000;
// So many requests share a connection better than two: they leave and come back in fewer packets.
const CROWDED = 24;

// What directories answer on a connection whose session they have ended or are about to end.
const STALE: ReadonlySet<number> = new Set([
  ResultCode.operationsError,
  ResultCode.strongerAuthRequired,
  ResultCode.insufficientAccessRights,
]);

/** A few connections bound as the service account, each carrying many searches at once. */
export class ServicePool {
  private readonly settings: Settings;
  private readonly servers: Servers;
  private live: Connection[] = [];
  private opening: Promise<Connection> | undefined;
  private growAgainAt = 0;
  private isClosing = false;
  private refused: { readonly error: LdapAuthError; readonly until: number } | undefined;

  constructor(settings: Settings, servers: Servers) {
    this.settings = settings;
    this.servers = servers;
  }

  get size(): number {
    return this.live.length + (this.opening === undefined ? 0 : 1);
  }

  /**
   * Sends a search; over another connection if this one is found dead.
   * @param onStep told of the connections that had to be opened for it
   * @throws LdapAuthError
   */
  async send(request: Request, onStep: OnStep | undefined): Promise<Answer> {
    let lastError: unknown;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const connection = this.readyOne(onStep) ?? (await this.acquire(onStep));
      const wasUsed = connection.answered > 1;
      try {
        const answer = await connection.request(request);
        const isOverloaded = OVERLOADED.has(answer.result.status);
        const isWorthAnother = isOverloaded ? this.servers.hasAlternatives : wasUsed && STALE.has(answer.result.status);
        if (attempt === ATTEMPTS || !isWorthAnother) {
          return answer;
        }
        this.retire(connection);
        if (isOverloaded) {
          this.servers.avoid(connection.url);
        }
      } catch (error) {
        lastError = error;
        const isLost = error instanceof ConnectionLost;
        if (!isLost && !this.servers.hasAlternatives) {
          throw error;
        }
        if (!isLost) {
          this.servers.avoid(connection.url);
        }
        this.giveUp(connection.url, isLost ? 'idle' : 'all');
      }
    }
    throw lastError instanceof LdapAuthError
      ? lastError
      : new LdapAuthError('unavailable', 'The directory cuts connections', {
          cause: lastError,
          detail: 'connection-lost',
        });
  }

  closeIdle(maxIdle: number): void {
    const before = performance.now() - maxIdle;
    for (const connection of this.live.filter(({ load, lastUsedAt }) => load === 0 && lastUsedAt <= before)) {
      this.retire(connection);
    }
  }

  close(): void {
    this.isClosing = true;
    for (const connection of [...this.live]) {
      this.retire(connection);
    }
    this.opening?.then((connection) => this.retire(connection)).catch(() => {});
  }

  private async acquire(onStep: OnStep | undefined): Promise<Connection> {
    for (;;) {
      if (this.isClosing) {
        throw new LdapAuthError('unavailable', 'The pool was closed', { detail: 'closed' });
      }
      const connection = this.leastLoaded();
      if (connection === undefined) {
        return this.openShared(onStep);
      }
      if (this.readyOne(onStep) === connection || (await isAlive(connection, readRootDse))) {
        return connection;
      }
    }
  }

  /** The connection to send on, when nothing has to be waited for. */
  private readyOne(onStep: OnStep | undefined): Connection | undefined {
    const connection = this.live.find(({ load }) => load < CROWDED) ?? this.leastLoaded();
    if (connection === undefined || this.isClosing) {
      return undefined;
    }
    const now = performance.now();
    const isOld = now - connection.openedAt > this.settings.rebindAfter;
    const isCrowded = connection.load >= CROWDED && this.size < this.settings.serviceConnections;
    if ((isOld || isCrowded) && this.opening === undefined && now >= this.growAgainAt) {
      this.openBeside(isOld ? connection : undefined, onStep);
    }
    return connection.load > 0 || now - connection.lastUsedAt < this.settings.probeAfter ? connection : undefined;
  }

  private leastLoaded(): Connection | undefined {
    let best: Connection | undefined;
    for (const connection of this.live) {
      if (best === undefined || connection.load < best.load) {
        best = connection;
      }
    }
    return best;
  }

  /** Nobody waits for it: what is there serves until the new one is ready. */
  private openBeside(replaced: Connection | undefined, onStep: OnStep | undefined): void {
    this.growAgainAt = performance.now() + RETRY_REFUSED_BIND_MS;
    this.openShared(onStep).then(
      () => {
        this.growAgainAt = 0;
        if (replaced !== undefined) {
          this.retire(replaced);
        }
      },
      () => {},
    );
  }

  private openShared(onStep: OnStep | undefined): Promise<Connection> {
    if (this.refused !== undefined && performance.now() < this.refused.until) {
      // Trying a wrong service password at every sign-in would lock the service account.
      return Promise.reject(this.refused.error);
    }
    this.opening ??= this.openBound(onStep).finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async openBound(onStep: OnStep | undefined): Promise<Connection> {
    try {
      const connection = await this.servers.open(onStep, (fresh) => bindService(fresh, this.settings, onStep));
      this.refused = undefined;
      connection.onClose = () => this.forget(connection);
      this.live.push(connection);
      return connection;
    } catch (error) {
      if (error instanceof LdapAuthError && error.code === 'service-bind-failed') {
        this.refused = { error, until: performance.now() + RETRY_REFUSED_BIND_MS };
      }
      throw error;
    }
  }

  /** A server that hangs is left altogether; where a connection broke, those in use see for themselves. */
  private giveUp(url: string, which: 'idle' | 'all'): void {
    for (const connection of this.live.filter((it) => it.url === url && (which === 'all' || it.load === 0))) {
      this.retire(connection);
    }
  }

  private retire(connection: Connection): void {
    this.forget(connection);
    connection.retire();
  }

  private forget(connection: Connection): void {
    this.live = this.live.filter((it) => it !== connection);
  }
}
