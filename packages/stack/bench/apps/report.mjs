import { availableParallelism, cpus } from 'node:os';

const where = (when) =>
  `${when}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;

/** `figures[clients]` holds the medians by mode. */
export function oidcReport(figures, { rounds, seconds, when }) {
  return `${[
    '# Benchmark of a whole OpenID Connect sign-in',
    '',
    'Written by `npm run bench -- oidc`: people per second who come to an app for the first time, sign in and read the page',
    'that welcomes them. **ldap**: form, password, LDAP over TLS, session. **oidc**: redirect, form of Local Okta, the agent,',
    'LDAP over TLS, redirect, code, tokens, userinfo, session. Apps, Local Okta with the agent, slapd and the people, who are',
    'one process, share the cores.',
    '',
    `${where(when)}; median of ${rounds} interleaved rounds of ${seconds} s.`,
    '',
    '| people at a time | ldap | oidc | oidc / ldap |',
    '|--:|--:|--:|--:|',
    ...Object.entries(figures).map(
      ([clients, { ldap, oidc }]) =>
        `| ${clients} | ${ldap.toFixed(0)}/s | ${oidc.toFixed(0)}/s | ${(oidc / ldap).toFixed(2)} |`,
    ),
  ].join('\n')}\n`;
}

/** `figures` holds the medians by mode, in milliseconds. */
export function startUpReport(figures, { rounds, when }) {
  return `${[
    '# Benchmark of the start of an app',
    '',
    'Written by `npm run bench -- start-up`: from the start of the process to the first `/readyz` that says 200, which is when',
    'the app can sign people in. Directory, Local Okta and agent run already.',
    '',
    `${where(when)}; median of ${rounds} interleaved starts.`,
    '',
    '| app | ready after | / ldap |',
    '|---|--:|--:|',
    ...Object.entries(figures).map(
      ([mode, ms]) => `| ${mode} | ${ms.toFixed(0)} ms | ${(ms / figures.ldap).toFixed(2)} |`,
    ),
  ].join('\n')}\n`;
}
