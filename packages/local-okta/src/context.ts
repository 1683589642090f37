import type { Router } from 'express';
import type { Logger } from 'pino';
import type { Administrators } from './administrators/administrators.ts';
import type { Clock } from './clock.ts';
import type { LocalOktaConfig } from './config.ts';
import type { Directory } from './directory/directory.ts';
import type { UpgradeHandler } from './http/upgrade.ts';
import type { Services } from './services.ts';
import type { SchemaModule } from './store/migrations.ts';
import type { Store } from './store/store.ts';
import type { SystemLog } from './system-log/system-log.ts';

/** What every part of Local Okta is given. */
export interface Context {
  readonly config: LocalOktaConfig;
  readonly store: Store;
  readonly directory: Directory;
  readonly systemLog: SystemLog;
  readonly log: Logger;
  readonly clock: Clock;
  /** What parts do for each other, filled in by whoever owns it when it is created. */
  readonly services: Services;
  /** Who has signed in at a page as an administrator. */
  readonly administrators: Administrators;
}

/** A part at work: the Admin API, the agent gateway, the LDAP Interface. */
export interface Part {
  /** Its routes, at their full paths. */
  readonly router?: Router;
  /** Routes that only programs of our own call: they are spared the headers that protect browsers. */
  readonly programs?: Router;
  /** Connections that leave HTTP for another protocol. */
  readonly upgrade?: UpgradeHandler;
  /**
   * Brings its part of the seed: at the first start, after a reset, and at every later start. Twice is as good as once.
   * Parts seed in the order of the list.
   */
  seed?(): Promise<void> | void;
  /** Opens listeners and timers. What it returns is added to `urls`. */
  start?(): Promise<Readonly<Record<string, string>>> | Promise<void> | void;
  /** Ends what `start` began; open requests are finished first where that takes no more than seconds. */
  close?(): Promise<void> | void;
  /** Forgets what it keeps in memory: the tables are being emptied. `seed` follows. */
  reset?(): Promise<void> | void;
}

/** An entry of the list in `parts.ts`. */
export interface PartDefinition {
  readonly name: string;
  readonly schema?: SchemaModule;
  create(context: Context): Part;
}
