import type { Socket } from 'node:net';
import { encode } from './ber-writer.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { LdapAuthError } from './errors.ts';
import { MessageFraming } from './message-framing.ts';
import { type Answer, PendingRequests } from './pending-requests.ts';
import { abandonRequest, type Request, unbindRequest, writeMessage } from './request.ts';
import { decodeResponse } from './response.ts';

/** The connection ended before the answer came. On a connection that had worked before, trying another is sound. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const MAX_MESSAGE_ID = 2 ** 31 - 1;

/**
 * One LDAP connection over one socket. It never reconnects: what is bound stays bound until the socket ends, and a
 * search can never go out on a connection that silently became anonymous.
 *
 * It keeps no process alive: whoever waits for an answer has a timer that does.
 */
export class Connection {
  readonly url: string;
  readonly openedAt = performance.now();
  lastUsedAt = performance.now();
  /** Requests answered. */
  answered = 0;
  closed = false;
  /** Binds that were sent on it for users. */
  uses = 0;
  onClose: () => void = () => {};

  private socket: Socket;
  private readonly underlying: Socket;
  private readonly pending: PendingRequests;
  private framing = new MessageFraming(MAX_MESSAGE_BYTES);
  private lastId = 0;
  private lastReceivedAt = 0;
  private outgoing: { readonly id: number; readonly request: Request }[] = [];
  private isRetired = false;

  /** @param timeout limit of one operation, in milliseconds */
  constructor(socket: Socket, url: string, timeout: number) {
    this.underlying = socket;
    this.socket = socket;
    this.url = url;
    this.pending = new PendingRequests(timeout, (...overdue) => this.giveUp(...overdue));
    this.attach(socket);
  }

  get load(): number {
    return this.pending.size;
  }

  /** The socket, for StartTLS: detached, and sure to have nothing in clear that was read ahead. */
  detachForTls(): Socket {
    if (!this.framing.isEmpty || this.pending.size > 0 || this.underlying.readableLength > 0) {
      throw new LdapAuthError(
        'misconfigured',
        'The directory, or somebody on the way, sent clear text after StartTLS',
        {
          detail: 'starttls-injection',
        },
      );
    }
    this.underlying.off('data', this.onData);
    return this.underlying;
  }

  /** Goes on over TLS. */
  attachTls(socket: Socket): void {
    this.framing = new MessageFraming(MAX_MESSAGE_BYTES);
    this.socket = socket;
    this.attach(socket);
  }

  /** Sends a request and resolves with its answer, whatever its result code. @throws ConnectionLost, LdapAuthError */
  request(request: Request): Promise<Answer> {
    if (this.closed) {
      return Promise.reject(new ConnectionLost('The connection is closed'));
    }
    const id = this.nextId();
    this.send(id, request);
    return this.pending.add(id);
  }

  /** Says goodbye and closes. Requests in progress fail. */
  close(): void {
    if (!this.closed) {
      this.outgoing = [];
      this.send(this.nextId(), unbindRequest);
      this.flush();
      this.destroy(new ConnectionLost('The connection was closed'));
    }
  }

  /** Closes as soon as nothing is in progress. */
  retire(): void {
    this.isRetired = true;
    this.closeIfRetired();
  }

  destroy(reason: unknown): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.outgoing = [];
    // What was written is still flushed; a peer that reads nothing is not waited for.
    this.socket.end();
    this.socket.destroySoon();
    this.pending.failAll(reason);
    setTimeout(() => this.underlying.destroy(), 1_000).unref();
    this.onClose();
  }

  private attach(socket: Socket): void {
    socket.unref();
    socket.on('data', this.onData);
    socket.on('error', (error) => this.destroy(new ConnectionLost('The connection broke', { cause: error })));
    socket.on('close', () => this.destroy(new ConnectionLost('The directory closed the connection')));
    socket.on('end', () => this.destroy(new ConnectionLost('The directory closed the connection')));
  }

  private nextId(): number {
    this.lastId = this.lastId >= MAX_MESSAGE_ID ? 1 : this.lastId + 1;
    return this.lastId;
  }

  /**
   * What is sent within one turn of the event loop leaves together at its end: with many clients that system call is
   * most of what a request costs. A lone request loses nothing, because that end comes before any waiting.
   */
  private send(id: number, request: Request): void {
    this.outgoing.push({ id, request });
    if (this.outgoing.length === 1) {
      atEndOfTurn(this.flush);
    }
  }

  private readonly flush = (): void => {
    const leaving = this.outgoing;
    if (leaving.length > 0) {
      this.outgoing = [];
      this.socket.write(
        encode((to) => {
          // The writer writes the last one first.
          for (const { id, request } of leaving.reverse()) {
            writeMessage(to, id, request);
          }
        }),
      );
    }
  };

  private readonly onData = (chunk: Buffer): void => {
    this.lastReceivedAt = performance.now();
    try {
      this.framing.push(chunk, this.receive);
    } catch (error) {
      this.destroy(
        new LdapAuthError('unavailable', 'The directory sent a message that cannot be read', {
          cause: error,
          detail: 'protocol-error',
        }),
      );
    }
  };

  private readonly receive = (data: Buffer, start: number, end: number): void => {
    const response = decodeResponse(data, start, end);
    if (response.id === 0) {
      // Notice of Disconnection (RFC 4511 section 4.4.1) or another unsolicited message: nothing more is to be sent.
      this.destroy(new ConnectionLost('The directory announced the end of the connection'));
      return;
    }
    // References are not followed: they would carry passwords to hosts that nobody configured.
    if (response.kind === 'entry') {
      this.pending.addEntry(response.id, response.entry);
    } else if (response.kind === 'result' && this.pending.finish(response.id, response.result)) {
      this.answered += 1;
      this.lastUsedAt = this.lastReceivedAt;
      this.closeIfRetired();
    }
  };

  private giveUp(id: number, startedAt: number, error: LdapAuthError): void {
    if (this.lastReceivedAt < startedAt) {
      // Not a word since it was sent: the connection hangs, not this one request.
      this.destroy(error);
      return;
    }
    this.pending.fail(id, error);
    this.send(this.nextId(), abandonRequest(id));
    this.closeIfRetired();
  }

  private closeIfRetired(): void {
    if (this.isRetired && this.pending.size === 0) {
      this.close();
    }
  }
}
