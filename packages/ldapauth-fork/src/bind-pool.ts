import { type Connection, ConnectionLost } from './connection.ts';
import { LdapAuthError } from './errors.ts';
import type { Answer } from './pending-requests.ts';
import { bindAnonymously, isAlive } from './probe.ts';
import type { Request } from './request.ts';
import { OVERLOADED } from './result-codes.ts';
import type { Servers } from './servers.ts';
import type { Settings } from './settings.ts';
import type { OnStep } from './step.ts';

const ATTEMPTS = 3;

/**
 * Exclusive connections on which users' passwords are tried, one after another. Nothing but binds is ever sent on
 * them, so that no request can run with the rights of whoever signed in before.
 */
export class BindPool {
  private readonly settings: Settings;
  private readonly servers: Servers;
  /** The one used last is used next: the others may grow old and be closed. */
  private idle: Connection[] = [];
  private open = 0;
  private readonly waiting: ((connection: Connection | undefined) => void)[] = [];
  private isClosing = false;

  constructor(settings: Settings, servers: Servers) {
    this.settings = settings;
    this.servers = servers;
  }

  get size(): number {
    return this.open;
  }

  /**
   * Sends a bind and resolves with the answer, refusals included.
   * @param onStep told of the connections that had to be opened for it
   * @throws LdapAuthError
   */
  async send(request: Request, onStep: OnStep | undefined): Promise<Answer> {
    let lastError: unknown;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const connection = this.takeReady() ?? (await this.borrow(onStep));
      const isFresh = connection.uses === 0;
      connection.uses += 1;
      try {
        const answer = await connection.request(request);
        const isOverloaded = OVERLOADED.has(answer.result.status);
        if (!isOverloaded || !this.servers.hasAlternatives || attempt === ATTEMPTS) {
          this.release(connection);
          return answer;
        }
        this.servers.avoid(connection.url);
        this.giveUp(connection);
      } catch (error) {
        lastError = error;
        this.giveUp(connection);
        const isLost = error instanceof ConnectionLost;
        if (isFresh || !isLost) {
          // Sending a bind twice may count as two wrong passwords: only what an idle connection's end swallowed, or
          // what another server has not seen, is sent again.
          this.servers.avoid(connection.url);
          if (!this.servers.hasAlternatives) {
            break;
          }
        }
      }
    }
    throw lastError instanceof LdapAuthError
      ? lastError
      : new LdapAuthError('unavailable', 'The connection was cut in the middle of a bind', {
          cause: lastError,
          detail: 'connection-lost',
        });
  }

  closeIdle(maxIdle: number): void {
    const before = performance.now() - maxIdle;
    for (const connection of this.idle.filter(({ lastUsedAt }) => lastUsedAt <= before)) {
      connection.close();
    }
  }

  close(): void {
    this.isClosing = true;
    for (const connection of [...this.idle]) {
      connection.close();
    }
  }

  /** The idle one used last, unless it has to be asked whether it still lives. */
  private takeReady(): Connection | undefined {
    const connection = this.idle.at(-1);
    const isRecent = connection !== undefined && performance.now() - connection.lastUsedAt < this.settings.probeAfter;
    return isRecent ? this.idle.pop() : undefined;
  }

  private async borrow(onStep: OnStep | undefined): Promise<Connection> {
    for (;;) {
      const connection = this.idle.pop();
      if (connection !== undefined) {
        const isRecent = performance.now() - connection.lastUsedAt < this.settings.probeAfter;
        if (isRecent || (await isAlive(connection, bindAnonymously))) {
          return connection;
        }
      } else if (this.open < this.settings.userConnections) {
        return this.openOne(onStep);
      } else {
        const handedOver = await new Promise<Connection | undefined>((resolve) => this.waiting.push(resolve));
        if (handedOver !== undefined) {
          return handedOver;
        }
      }
    }
  }

  private async openOne(onStep: OnStep | undefined): Promise<Connection> {
    this.open += 1;
    try {
      const connection = await this.servers.open(onStep);
      connection.onClose = () => {
        this.open -= 1;
        this.idle = this.idle.filter((it) => it !== connection);
        this.wakeOne();
      };
      return connection;
    } catch (error) {
      this.open -= 1;
      this.wakeOne();
      throw error;
    }
  }

  private release(connection: Connection): void {
    if (this.isClosing || connection.uses >= this.settings.maxUses) {
      connection.close();
    } else if (!connection.closed) {
      const next = this.waiting.shift();
      if (next === undefined) {
        this.idle.push(connection);
      } else {
        next(connection);
      }
    }
  }

  /** The others that idle on the same server are likely dead too. */
  private giveUp(connection: Connection): void {
    connection.destroy(new ConnectionLost('The connection failed'));
    for (const other of this.idle.filter(({ url }) => url === connection.url)) {
      other.close();
    }
  }

  /** There is room again: whoever waits longest looks for itself. */
  private wakeOne(): void {
    this.waiting.shift()?.(undefined);
  }
}
