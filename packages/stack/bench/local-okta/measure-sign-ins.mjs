import { createAuthAdapter } from '@ldap-to-okta/auth-adapter';
import { median } from '../measure.mjs';
import { nameOf, PASSWORD } from './big-directory.mjs';
import { ADMIN } from './org.mjs';

/**
 * Median ms of whole sign-ins by the auth-adapter: straight at slapd, and by way of LDAP Interface and agent, taking turns.
 * Programs that run for days are measured: `warmUp` sign-ins go before those that count.
 */
export async function measureSignIns({ directory, org, people, signIns, warmUp }) {
  const direct = createAuthAdapter({
    AUTH_MODE: 'ldap',
    LDAP_HOST: 'localhost',
    LDAP_PORT: new URL(directory.ldapsUrl).port,
    LDAP_TLS: 'ldaps',
    LDAP_CA_FILE: directory.caFile,
    LDAP_ROOT: directory.base,
    LDAP_BIND_DN: directory.adminDn,
    LDAP_BIND_PASSWORD: directory.adminPassword,
  });
  const delegated = createAuthAdapter({
    AUTH_MODE: 'okta-ldap',
    OKTA_LDAP_HOST: 'localhost',
    OKTA_LDAP_PORT: org.ldapsPort,
    OKTA_LDAP_BASE: 'dc=local,dc=okta,dc=com',
    OKTA_LDAP_ID: org.id,
    OKTA_LDAP_USERNAME: ADMIN.login,
    OKTA_LDAP_PASSWORD: ADMIN.password,
    OKTA_LDAP_CA_FILE: org.caFile,
  });
  const contestants = [
    { adapter: direct, times: [] },
    { adapter: delegated, times: [] },
  ];
  try {
    for (let turn = 0; turn < signIns + warmUp; turn += 1) {
      const username = nameOf(((turn * 7_919) % people) + 1);
      for (const { adapter, times } of contestants) {
        const started = performance.now();
        const result = await adapter.authenticate({ username, password: PASSWORD });
        if (!result.ok) throw new Error(`${username} was refused: ${result.reason}`);
        if (turn >= warmUp) times.push(performance.now() - started);
      }
    }
  } finally {
    for (const { adapter } of contestants) await adapter.close();
  }
  const [straight, byOkta] = contestants.map(({ times }) => median(times));
  return { straight, byOkta, ratio: byOkta / straight };
}
