import { randomUUID } from 'node:crypto';
import { type AgentLog, silentLog } from './agent-log.ts';
import { type AgentSlot, claimSlot } from './agent-slot.ts';
import { nameOf, pendingFile, registrationFile } from './agent-state.ts';
import { pause } from './backoff.ts';
import { createDirectory } from './directory.ts';
import type { DirectoryConfig } from './directory-config.ts';
import { toDirectoryError } from './directory-error.ts';
import { codeOf } from './error-code.ts';
import { createGatewayClient } from './gateway-client.ts';
import type { Heartbeat } from './protocol.ts';
import { type ApprovalLink, register } from './registration.ts';
import { RegistrationError } from './registration-error.ts';
import { agentVersion } from './version.ts';
import { startWorkLoop } from './work-loop.ts';

export interface LdapAgentOptions {
  /** The org: `http://okta.localhost:8090`. */
  readonly oktaUrl: string;
  readonly directory: DirectoryConfig;
  /** Where the registration is kept, in a file readable by its owner alone. Several agents may share it. */
  readonly stateDir: string;
  /** Shown to the administrator; the second and later agents that share `stateDir` have their number behind it. */
  readonly name: string;
  /** When Local Okta does not know this agent any more: register anew instead of ending. Default false. */
  readonly registerAgain?: boolean;
  readonly log?: AgentLog;
  /** Told of each link that a person must open to let this agent in. */
  readonly announce?: (link: ApprovalLink) => void;
}

export interface LdapAgentStatus {
  readonly state: 'registering' | 'waiting-for-approval' | 'connecting' | 'connected' | 'stopped';
  readonly agentId?: string;
  readonly approval?: ApprovalLink;
  readonly directory: Heartbeat['directory'];
}

export interface LdapAgent {
  status(): LdapAgentStatus;
  /** Takes no more work, finishes what is in flight, ends every connection. */
  close(): Promise<void>;
  /** Settles when the agent has ended. @throws RegistrationError when it ended because of its registration */
  readonly ended: Promise<void>;
}

const PROBE_MS = 10_000;
/** How long the first heartbeat waits for the first probe. */
const FIRST_PROBE_MS = 2_000;

/**
 * Starts an agent: registers it if it is not registered yet, then answers what Local Okta asks about the directory.
 * It only ever connects outwards; it listens nowhere.
 */
export function createLdapAgent(options: LdapAgentOptions): LdapAgent {
  const { oktaUrl, stateDir, log = silentLog } = options;
  const version = agentVersion();
  const instance = randomUUID();
  const stop = new AbortController();
  const gateway = createGatewayClient(oktaUrl);
  const directory = createDirectory(options.directory);
  let status: LdapAgentStatus = { state: 'connecting', directory: { ok: false, code: 'not-tried' } };
  let loop: ReturnType<typeof startWorkLoop> | undefined;

  function set(change: Partial<LdapAgentStatus>): void {
    status = { ...status, ...change };
  }

  async function probe(): Promise<void> {
    const before = status.directory.code;
    const found = await directory.probe().then(
      () => ({ ok: true }),
      (error: unknown) => {
        const { code, message } = toDirectoryError(error);
        return { ok: false, code, message };
      },
    );
    set({ directory: found });
    const now = 'code' in found ? found.code : undefined;
    if (before === now) return;
    loop?.beat();
    if (found.ok) log.info('the directory answers');
    else log.error('the directory cannot be used', found);
  }

  const firstProbe = probe();

  async function watchDirectory(): Promise<void> {
    await firstProbe;
    while (!stop.signal.aborted) {
      await pause(PROBE_MS, stop.signal);
      if (!stop.signal.aborted) await probe();
    }
  }

  async function claim(): Promise<AgentSlot> {
    try {
      return await claimSlot(stateDir);
    } catch (error) {
      const details = { stateDir, code: codeOf(error) };
      log.warn('the state directory cannot be locked: one agent alone may use it', details);
      return { number: 1, release: () => undefined };
    }
  }

  async function registration(slot: number): Promise<{ agentId: string; token: string } | undefined> {
    const file = registrationFile(stateDir, slot);
    const saved = file.load();
    if (saved?.oktaUrl === oktaUrl) return saved;
    if (saved !== undefined)
      log.warn('the saved registration is for another org; registering anew', { was: saved.oktaUrl });
    else if (file.exists()) log.warn('the saved registration cannot be read; registering anew', { stateDir });
    set({ state: 'registering' });
    const granted = await register({
      gateway,
      oktaUrl,
      name: nameOf(options.name, slot),
      version,
      root: options.directory.root,
      signal: stop.signal,
      log,
      pending: pendingFile(stateDir, slot),
      announce(link) {
        set({ state: 'waiting-for-approval', approval: link });
        options.announce?.(link);
      },
    });
    if (granted === undefined) return undefined;
    file.save({ oktaUrl, ...granted, registeredAt: new Date().toISOString() });
    log.info('registered', { agentId: granted.agentId });
    return granted;
  }

  async function run(): Promise<void> {
    const slot = await claim();
    try {
      await work(slot.number);
    } finally {
      slot.release();
    }
  }

  async function work(slot: number): Promise<void> {
    const name = nameOf(options.name, slot);
    for (;;) {
      const granted = await registration(slot);
      if (granted === undefined || stop.signal.aborted) return;
      // The first heartbeat says how the directory is: one sent too early would call it broken.
      await Promise.race([firstProbe, pause(FIRST_PROBE_MS, stop.signal)]);
      if (stop.signal.aborted) return;
      const { approval: _done, ...rest } = status;
      status = { ...rest, state: 'connecting', agentId: granted.agentId };
      loop = startWorkLoop({
        oktaUrl,
        gateway,
        token: granted.token,
        directory,
        log,
        heartbeat: (capacity) => ({
          instance,
          name,
          version,
          root: options.directory.root,
          capacity,
          directory: status.directory,
        }),
        onConnected: (connected) => set({ state: connected ? 'connected' : 'connecting' }),
      });
      const end = await loop.ended;
      loop = undefined;
      if (end === 'closed') return;
      registrationFile(stateDir, slot).drop();
      if (options.registerAgain !== true) {
        throw new RegistrationError(
          'revoked',
          `${oktaUrl} does not know this agent any more (deleted there, or Local Okta was reset). Start it again to register anew.`,
        );
      }
      log.warn('Local Okta does not know this agent any more; registering anew');
    }
  }

  const ended = Promise.all([run().finally(() => stop.abort()), watchDirectory()])
    .then(() => undefined)
    .finally(() => {
      directory.close();
      gateway.close();
      set({ state: 'stopped' });
    });
  // Whoever wants the reason awaits `ended`; nobody has to.
  ended.catch(() => undefined);
  return {
    status: () => status,
    ended,
    async close() {
      await loop?.close();
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}
