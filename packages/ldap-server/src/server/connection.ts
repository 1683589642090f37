import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type Backend, type LdapConnection, LdapError, type OperationContext } from '../backend.ts';
import { decodeMessage } from '../protocol/decode-message.ts';
import { DecodingError } from '../protocol/decoding-error.ts';
import { encodeNoticeOfDisconnection, encodeResult, type LdapResult } from '../protocol/encode-message.ts';
import { MessageFraming } from '../protocol/message-framing.ts';
import type { LdapMessage } from '../protocol/request.ts';
import { resultCode } from '../protocol/result-code.ts';
import type { Schema } from '../schema/schema.ts';
import { createAnswerStream } from './answer-stream.ts';
import { runBind } from './bind-operation.ts';
import { extensionOid, runExtended } from './extended-operation.ts';
import { isAnswered, refuseUnknownCriticalControls, resultOfFailure, runWriteOrCompare } from './operation.ts';
import { createOperationQueue } from './operation-queue.ts';
import { createPagedSearches } from './paged-searches.ts';
import { runSearch } from './search-operation.ts';
import type { ConnectionLimits } from './server-options.ts';
import { startTlsOn } from './start-tls.ts';

export interface ConnectionSetting {
  readonly backend: Backend;
  readonly schema: Schema;
  readonly limits: ConnectionLimits;
  readonly requireTls: boolean;
  /** What StartTLS upgrades with; undefined where there is no certificate. */
  readonly secureContext: () => SecureContext | undefined;
  readonly onError: (error: unknown) => void;
  readonly onClosed: () => void;
}

/** Serves one client until it goes. `socket` is a TCP socket, or a TLS socket whose handshake is over. */
export class Connection implements LdapConnection {
  readonly id: number;
  readonly remoteAddress: string;
  #secure: boolean;
  #boundDn = '';
  #stream: Duplex;
  #ended: 'no' | 'unbind' | 'closed' = 'no';
  readonly #setting: ConnectionSetting;
  readonly #socket: Socket;
  readonly #framing: MessageFraming;
  readonly #answers;
  readonly #queue;
  readonly #pages;
  readonly #onData = (chunk: Buffer): void => {
    this.#framing.push(chunk);
    this.#readOn();
  };

  constructor(id: number, socket: Socket, setting: ConnectionSetting) {
    this.id = id;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.#setting = setting;
    this.#socket = socket;
    this.#stream = socket;
    this.#secure = socket instanceof TLSSocket;
    const { limits } = setting;
    this.#framing = new MessageFraming(() => (this.#boundDn === '' ? limits.messageBytes : limits.messageBytesBound));
    this.#answers = createAnswerStream(limits.writeMs);
    this.#queue = createOperationQueue(limits.pendingOperations, () => this.#readOn());
    this.#pages = createPagedSearches(limits.openPages);
    this.#use(socket);
    socket.setNoDelay(true);
    setting.backend.connected?.(this);
  }

  get secure(): boolean {
    return this.#secure;
  }

  get boundDn(): string {
    return this.#boundDn;
  }

  /** Says good-bye and hangs up: the server stops. */
  close(): void {
    this.#hangUp(encodeNoticeOfDisconnection('the server is stopping', resultCode.unavailable));
  }

  #use(stream: Socket): void {
    this.#stream = stream;
    this.#answers.use(stream);
    stream.on('data', this.#onData);
    // What a broken connection has to say is of no use: 'close' follows.
    stream.on('error', () => undefined);
    stream.on('close', () => this.#closed());
    const { idleMs } = this.#setting.limits;
    if (idleMs === 0) return;
    stream.setTimeout(idleMs, () => {
      if (this.#queue.empty) this.#hangUp(encodeNoticeOfDisconnection('idle for too long', resultCode.unavailable));
    });
  }

  #readOn(): void {
    while (this.#ended === 'no') {
      if (this.#queue.full) {
        this.#stream.pause();
        return;
      }
      let message: LdapMessage;
      try {
        const frame = this.#framing.next();
        if (frame === undefined) break;
        message = decodeMessage(frame);
      } catch (error) {
        if (!(error instanceof DecodingError)) this.#setting.onError(error);
        this.#hangUp(encodeNoticeOfDisconnection(error instanceof DecodingError ? error.message : 'internal error'));
        return;
      }
      this.#take(message);
    }
    if (this.#ended === 'no' && this.#stream.isPaused()) this.#stream.resume();
  }

  #take(message: LdapMessage): void {
    const { id, operation } = message;
    if (operation.kind === 'abandon') {
      this.#queue.abandon(operation.messageId);
    } else if (operation.kind === 'unbind') {
      this.#ended = 'unbind';
      this.#stream.end();
      this.#closed();
    } else if (id === 0 || this.#queue.has(id)) {
      this.#hangUp(encodeNoticeOfDisconnection('a message id of 0, or one that is in use (RFC 4511 §4.1.1.1)'));
    } else if (operation.kind === 'extended' && operation.oid === extensionOid.startTls) {
      // Whatever came with it in clear was not protected: it must not count as sent inside TLS.
      this.#framing.discard();
      this.#stream.pause();
      this.#queue.add(id, true, () => this.#startTls(id, operation.value));
    } else {
      this.#queue.add(id, operation.kind === 'bind', (signal) => this.#run(message, signal));
    }
  }

  async #run(message: LdapMessage, signal: AbortSignal): Promise<void> {
    const { id, operation } = message;
    if (!isAnswered(operation.kind)) return;
    let answer: Buffer;
    let disconnect = false;
    try {
      answer = await this.#answer(message, { connection: this, controls: message.controls, signal });
    } catch (error) {
      answer = encodeResult(id, operation.kind, resultOfFailure(error, this.#setting.onError));
      disconnect = error instanceof LdapError && error.disconnect;
    }
    if (signal.aborted || this.#ended !== 'no') return;
    if (disconnect) this.#hangUp(answer);
    else await this.#answers.send(answer);
  }

  async #answer(message: LdapMessage, context: OperationContext): Promise<Buffer> {
    const { id, operation } = message;
    const { backend } = this.#setting;
    if (this.#setting.requireTls && !this.#secure) {
      throw new LdapError(resultCode.confidentialityRequired, 'TLS is required', { disconnect: true });
    }
    if (operation.kind === 'bind') {
      // RFC 4511 §4.2.1: while it binds, and if it fails for whatever reason, the connection is nobody's.
      this.#boundDn = '';
      this.#pages.clear();
    }
    refuseUnknownCriticalControls(message, backend);
    switch (operation.kind) {
      case 'bind': {
        const { dn, controls = [] } = await runBind(operation, context, backend);
        this.#boundDn = dn;
        return encodeResult(id, 'bind', { code: resultCode.success, controls });
      }
      case 'search':
        return encodeResult(id, 'search', await this.#search(id, operation, context));
      case 'extended': {
        const extended = await runExtended(operation, context, backend);
        return encodeResult(id, 'extended', { code: resultCode.success }, extended);
      }
      case 'abandon':
      case 'unbind':
        throw new TypeError('an operation without an answer');
      default:
        return encodeResult(id, operation.kind, await runWriteOrCompare(operation, context, backend));
    }
  }

  #search(id: number, request: Parameters<typeof runSearch>[0], context: OperationContext): Promise<LdapResult> {
    return runSearch(request, context, {
      id,
      backend: this.#setting.backend,
      schema: this.#setting.schema,
      startTls: this.#setting.secureContext() !== undefined,
      pages: this.#pages,
      send: (bytes) => (context.signal.aborted ? undefined : this.#answers.send(bytes)),
    });
  }

  async #startTls(id: number, value: Buffer | undefined): Promise<void> {
    const oid = extensionOid.startTls;
    const refuse = (code: number, message: string): void => {
      void this.#answers.send(encodeResult(id, 'extended', { code, message }, { oid }));
      this.#stream.resume();
    };
    const secureContext = this.#setting.secureContext();
    if (value !== undefined) return refuse(resultCode.protocolError, 'no request data expected');
    if (this.#secure) return refuse(resultCode.operationsError, 'TLS already started');
    if (secureContext === undefined) return refuse(resultCode.unavailable, 'Could not initialize TLS');
    const socket = this.#socket;
    socket.off('data', this.#onData);
    // What arrived in clear after the request, see #take.
    this.#framing.discard();
    const answer = encodeResult(id, 'extended', { code: resultCode.success }, { oid });
    const secure = startTlsOn(socket, secureContext, answer, this.#setting.limits.handshakeMs);
    // RFC 4513 §3.1.4: what the connection was before, it is no more.
    this.#boundDn = '';
    this.#secure = true;
    this.#pages.clear();
    this.#use(secure);
  }

  #hangUp(lastWord: Buffer): void {
    if (this.#ended !== 'no') return;
    this.#ended = 'closed';
    this.#queue.abandonAll();
    this.#stream.off('data', this.#onData);
    this.#stream.resume();
    this.#stream.end(lastWord);
    // A client that keeps its side open is not waited for.
    setTimeout(() => this.#socket.destroy(), 1000).unref();
    this.#closed();
  }

  #closed(): void {
    if (this.#ended === 'no') this.#ended = 'closed';
    this.#queue.abandonAll();
    this.#pages.clear();
    this.#answers.closed();
    this.#tellOnce();
  }

  #told = false;
  #tellOnce(): void {
    if (this.#told) return;
    this.#told = true;
    this.#setting.backend.disconnected?.(this, this.#ended === 'unbind' ? 'unbind' : 'closed');
    this.#setting.onClosed();
  }
}
