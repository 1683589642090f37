import { BindPool } from './bind-pool.ts';
import { acceptCredentials, type Credentials } from './credentials.ts';
import { firstText, toUser } from './entry.ts';
import { InvalidCredentialsError, LdapAuthError } from './errors.ts';
import { Gate, type Turn } from './gate.ts';
import { findGroups } from './group-search.ts';
import type { LdapEntry, LdapUser } from './options.ts';
import type { RawEntry } from './response.ts';
import { checkBase, type SearchContext } from './search.ts';
import { Servers } from './servers.ts';
import { ServicePool } from './service-pool.ts';
import type { Settings } from './settings.ts';
import { bothOf, type OnStep } from './step.ts';
import { UserBind } from './user-bind.ts';
import { findUser } from './user-search.ts';

/** Everything that one configuration shares: its connections, its line, its memory of what failed. */
export class Engine {
  private readonly settings: Settings;
  private readonly servicePool: ServicePool;
  private readonly bindPool: BindPool;
  private readonly userBind: UserBind;
  private readonly gate: Gate;
  private readonly onEmpty: () => void;
  private sweeper: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;
  private onIdle: (() => void) | undefined;

  /** @param onEmpty called when the last idle connection was closed */
  constructor(settings: Settings, onEmpty: () => void) {
    this.settings = settings;
    this.onEmpty = onEmpty;
    const servers = new Servers(settings.servers, settings);
    this.servicePool = new ServicePool(settings, servers);
    this.bindPool = new BindPool(settings, servers);
    this.userBind = new UserBind(this.bindPool);
    this.gate = new Gate(settings.maxConcurrent, settings.maxQueue);
  }

  get isClosing(): boolean {
    return this.closing !== undefined;
  }

  /**
   * @param watcher told of this sign-in's steps, those of connections opened for it included
   * @throws InvalidCredentialsError for a refusal, LdapAuthError when the sign-in cannot be judged
   */
  signIn(username: unknown, password: unknown, watcher?: OnStep): Promise<LdapUser> {
    const credentials = acceptCredentials(username, password);
    return credentials === undefined
      ? Promise.reject(new InvalidCredentialsError())
      : this.withinDeadline((turn) => this.judge(credentials, turn), watcher);
  }

  /** @throws LdapAuthError saying why no sign-in can be served now */
  async check(): Promise<void> {
    await this.withinDeadline(async ({ onStep }) => {
      const context = this.searchesOf(onStep);
      await checkBase(context, this.settings.user.search.base, 'searchBase');
      if (this.settings.groups !== undefined) {
        await checkBase(context, this.settings.groups.search.base, 'groupSearchBase');
      }
    });
  }

  /** Ends all connections, after the sign-ins in progress. */
  close(): Promise<void> {
    this.closing ??= new Promise<void>((resolve) => {
      this.onIdle = resolve;
      this.settleIfIdle();
    }).then(() => {
      clearTimeout(this.sweeper);
      this.servicePool.close();
      this.bindPool.close();
    });
    return this.closing;
  }

  private withinDeadline<T>(work: (turn: Turn) => Promise<T>, watcher?: OnStep): Promise<T> {
    const { deadline, onStep } = this.settings;
    const turn: Turn = { expired: false, onStep: bothOf(onStep, watcher) };
    // What is still in progress then ends by the limit of its operation; nobody waits for it.
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        turn.expired = true;
        this.gate.giveUp(turn);
        reject(new LdapAuthError('timeout', `The sign-in took longer than ${deadline} ms`, { detail: 'deadline' }));
        this.settleIfIdle();
      }, deadline);
      this.inTurn(turn, work, timer).then(resolve, reject);
    });
  }

  private async inTurn<T>(turn: Turn, work: (turn: Turn) => Promise<T>, timer: NodeJS.Timeout): Promise<T> {
    try {
      const wait = this.gate.enter(turn);
      if (wait !== undefined) {
        await wait;
      }
      try {
        return await work(turn);
      } finally {
        this.gate.leave();
        this.armSweeper();
        this.settleIfIdle();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private async judge({ username, password }: Credentials, turn: Turn): Promise<LdapUser> {
    const { user, groups, memberOfAttribute, includeRaw } = this.settings;
    const context = this.searchesOf(turn.onStep);
    const entry = await findUser(context, user, username);
    stopIfExpired(turn);
    const hasGroups = groups !== undefined || memberOfAttribute !== undefined;
    if (entry === undefined) {
      await this.refuseUnknown(password, context);
      throw new InvalidCredentialsError();
    }
    const verdict = this.userBind.try(firstText(entry, user.bindProperty) ?? '', password, turn);
    // Beside the bind, because it is read with the service account's rights and thrown away when the bind fails. Sent
    // behind it, because the bind takes the directory longer.
    const pendingGroups = hasGroups ? quietly(findGroups(context, this.settings, entry)) : undefined;
    const refusal = await verdict;
    if (refusal !== undefined) {
      throw new InvalidCredentialsError(refusal);
    }
    const person = toUser(entry, includeRaw);
    if (pendingGroups !== undefined) {
      person._groups = await pendingGroups;
    }
    return person;
  }

  /** The same work as for a wrong password, so that time tells nothing. */
  private async refuseUnknown(password: string, context: SearchContext): Promise<void> {
    const { user, groups } = this.settings;
    const refused = this.userBind.refuseUnknown(user.search.base, password, context.onStep);
    if (groups !== undefined) {
      const nobody: RawEntry = { dn: this.userBind.decoyDn(user.search.base), attributes: [] };
      const asNobody: Settings = { ...this.settings, groups: { ...groups, dnProperty: 'dn' } };
      quietly(findGroups(context, asNobody, nobody));
    }
    await refused;
  }

  private searchesOf(onStep: OnStep | undefined): SearchContext {
    return { pool: this.servicePool, onStep };
  }

  private armSweeper(): void {
    if (this.sweeper === undefined && this.closing === undefined) {
      this.sweeper = setTimeout(() => this.sweep(), Math.ceil(this.settings.maxIdle / 2)).unref();
    }
  }

  private sweep(): void {
    this.sweeper = undefined;
    this.servicePool.closeIdle(this.settings.maxIdle);
    this.bindPool.closeIdle(this.settings.maxIdle);
    if (this.servicePool.size + this.bindPool.size > 0 || !this.gate.isEmpty) {
      this.armSweeper();
    } else {
      this.onEmpty();
    }
  }

  private settleIfIdle(): void {
    if (this.gate.isEmpty) {
      this.onIdle?.();
    }
  }
}

function stopIfExpired(turn: Turn): void {
  if (turn.expired) {
    throw new LdapAuthError('timeout', 'The deadline of the sign-in has passed');
  }
}

/** Its failure is looked at later, or never. */
function quietly(groups: Promise<LdapEntry[]>): Promise<LdapEntry[]> {
  groups.catch(() => {});
  return groups;
}
