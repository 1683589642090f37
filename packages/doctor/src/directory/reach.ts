import type { Socket } from 'node:net';
import { isLoopback } from '@ldap-to-okta/auth-adapter';
import { type Exam, type Need, notChecked, ok, type Section, type Verdict, warning } from '../exam.ts';
import { checkName } from '../network/addresses.ts';
import { checkPort } from '../network/port.ts';
import { openLdaps, openSession, openStartTls, type Session } from './session.ts';

export interface ReachOptions {
  readonly exam: Exam;
  readonly section: Section;
  /** First part of the ids of these checks. */
  readonly mode: string;
  readonly urls: readonly string[];
  /** The variables for host, port and authority have been read. */
  readonly fit: Need<unknown>;
  readonly tls: 'off' | 'starttls' | 'ldaps';
  /** Asked for when TLS begins. */
  readonly ca: () => Promise<string | undefined>;
  readonly variables: { readonly host: string; readonly ca: string };
  readonly start: string;
  readonly needsIpv4: boolean;
  readonly timeoutMs: number;
}

/** Name, port and TLS of each server; the value is a session with the first one that passes. */
export function reachDirectory(options: ReachOptions): Need<Session> {
  const { urls, section, mode } = options;
  const sessions = urls.map((url) => reachOne(options, url, urls.length > 1 ? ` ${new URL(url).host}` : ''));
  const [only] = sessions;
  if (only !== undefined && sessions.length === 1) return only;
  return section.check(`${mode}.server`, 'a server to ask', async () => {
    for (const [index, session] of sessions.entries()) {
      const passed = await session.passed;
      if ('value' in passed) return ok(passed.value, `${urls[index]}, the first that passed`);
    }
    return notChecked('none of the servers passed');
  });
}

function reachOne(options: ReachOptions, url: string, suffix: string): Need<Session> {
  const { exam, section, mode, fit, variables, start, needsIpv4, timeoutMs } = options;
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const name = section.check(`${mode}.name`, `host name${suffix}`, async (use) => {
    await use(fit);
    return checkName({ name: host, variable: variables.host, needsIpv4 }, timeoutMs);
  });
  const socket = section.check(`${mode}.port`, `port${suffix}`, async (use) => {
    const addresses = await use(name);
    const verdict = await checkPort(
      addresses,
      { host, port: Number(port), variable: variables.host, start },
      timeoutMs,
    );
    if ('value' in verdict) exam.atEnd(() => verdict.value.destroy());
    return verdict;
  });
  return section.check(`${mode}.tls`, `TLS${suffix}`, async (use) =>
    encrypt(options, await use(socket), host, Number(port)),
  );
}

async function encrypt(options: ReachOptions, socket: Socket, host: string, port: number): Promise<Verdict<Session>> {
  const { tls, variables, timeoutMs } = options;
  if (tls === 'off') {
    const session = openSession(socket, timeoutMs);
    return isLoopback(host)
      ? ok(session, 'off: what is said stays on this computer')
      : warning(
          session,
          `off: passwords travel in clear to ${host}, and everybody on the way can read them`,
          'Set LDAP_TLS=starttls, and take DANGEROUSLY_ALLOW_PLAINTEXT_LDAP out.',
        );
  }
  const target = {
    host,
    port,
    ca: await options.ca(),
    caVariable: variables.ca,
    withoutTls: 'This may be the port for plain LDAP: correct the port, or set LDAP_TLS=starttls.',
    timeoutMs,
  };
  return tls === 'ldaps' ? openLdaps(socket, target) : openStartTls(socket, target);
}
