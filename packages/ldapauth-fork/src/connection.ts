import type { Socket } from 'node:net';
import { AbandonRequest, UnbindRequest } from 'ldapts';
import { LdapAuthError } from './errors.ts';
import { MessageFraming } from './message-framing.ts';
import { type Answer, PendingRequests } from './pending-requests.ts';
import { decodeResponse } from './response.ts';

/** A request as ldapts encodes it. */
export interface Request {
  messageId: number;
  write(): Buffer;
}

/** The connection ended before the answer came. On a connection that had worked before, trying another is sound. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
const MAX_MESSAGE_ID = 2 ** 31 - 1;

/**
 * One LDAP connection over one socket. It never reconnects: what is bound stays bound until the socket ends, and a
 * search can never go out on a connection that silently became anonymous. Messages are encoded and decoded by ldapts.
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
  private corked = false;
  private isRetired = false;

  /** @param timeout limit of one operation, in milliseconds */
  constructor(socket: Socket, url: string, timeout: number) {
    this.underlying = socket;
    this.socket = socket;
    this.url = url;
    this.pending = new PendingRequests(timeout, (...overdue) => this.giveUp(...overdue));
    this.attach(socket);
    // Idle connections must not keep a process alive; requests in progress do.
    socket.unref();
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
    socket.unref();
  }

  /** Sends a request and resolves with its answer, whatever its result code. @throws ConnectionLost, LdapAuthError */
  request(request: Request): Promise<Answer> {
    if (this.closed) {
      return Promise.reject(new ConnectionLost('The connection is closed'));
    }
    request.messageId = this.nextId();
    const answer = this.pending.add(request.messageId);
    if (this.pending.size === 1) {
      this.socket.ref();
    }
    this.write(request.write());
    return answer;
  }

  /** Says goodbye and closes. Requests in progress fail. */
  close(): void {
    if (!this.closed) {
      this.socket.write(new UnbindRequest({ messageId: this.nextId() }).write());
      this.destroy(new ConnectionLost('The connection was closed'));
    }
  }

  /** Closes as soon as nothing is in progress. */
  retire(): void {
    this.isRetired = true;
    if (this.pending.size === 0) {
      this.close();
    }
  }

  destroy(reason: unknown): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    // What was written is still flushed; a peer that reads nothing is not waited for.
    this.socket.end();
    this.socket.destroySoon();
    this.pending.failAll(reason);
    setTimeout(() => this.underlying.destroy(), 1_000).unref();
    this.onClose();
  }

  private attach(socket: Socket): void {
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
   * A lone request leaves at once. Beside others it waits for the end of the event loop's turn, so that the requests
   * of many sign-ins leave in one write: at 16 clients that system call is most of what a sign-in costs.
   */
  private write(bytes: Buffer): void {
    if (!this.corked && this.pending.size > 1) {
      this.corked = true;
      this.socket.cork();
      setImmediate(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    this.socket.write(bytes);
  }

  private readonly onData = (chunk: Buffer): void => {
    this.lastReceivedAt = performance.now();
    try {
      this.framing.push(chunk, (message) => this.receive(message));
    } catch (error) {
      this.destroy(
        new LdapAuthError('unavailable', 'The directory sent a message that cannot be read', {
          cause: error,
          detail: 'protocol-error',
        }),
      );
    }
  };

  private receive(message: Buffer): void {
    const response = decodeResponse(message);
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
      this.becomeIdle();
    }
  }

  private giveUp(id: number, startedAt: number, error: LdapAuthError): void {
    if (this.lastReceivedAt < startedAt) {
      // Not a word since it was sent: the connection hangs, not this one request.
      this.destroy(error);
      return;
    }
    this.pending.fail(id, error);
    this.write(new AbandonRequest({ messageId: this.nextId(), abandonId: id }).write());
    this.becomeIdle();
  }

  private becomeIdle(): void {
    if (this.pending.size > 0) {
      return;
    }
    if (this.isRetired) {
      this.close();
    } else {
      this.socket.unref();
    }
  }
}
