import { availableParallelism, cpus } from 'node:os';

export const targets = { ldap: 3, ldaps: 10, ceiling: 0.5, clients: 16 };

const number = (value) => Math.round(value).toLocaleString('en');
const ratio = (value) => value.toFixed(2);

/** Whether the targets hold, each as a sentence. `figures[protocol][clients]` holds the medians by contestant. */
export function judge(figures) {
  return ['ldap', 'ldaps'].flatMap((protocol) => {
    const { ours, stock, ceiling } = figures[protocol][targets.clients];
    const rows = [[`${protocol}: at least ${targets[protocol]} times stock`, ours / stock, targets[protocol]]];
    // the ceiling is the app's, whatever the transport to the directory; TLS is paid once per connection
    if (protocol === 'ldap')
      rows.push([`${protocol}: at least ${targets.ceiling} of the ceiling`, ours / ceiling, targets.ceiling]);
    return rows.map(([what, value, wanted]) => ({ what, value: ratio(value), met: value >= wanted }));
  });
}

export function report(figures, { rounds, seconds, when, failures, verdicts }) {
  const lines = [
    '# Benchmarks',
    '',
    'Sign-ins per second on loopback against a real slapd, written by `npm run bench`: one Express app with a session,',
    "and three ways to check a password. **ours** is this project's auth-adapter, **stock** is passport-ldapauth with",
    'the engine that it brings, as published, **ceiling** asks no directory at all. Each server has a process of its own',
    'and shares the cores with slapd and the clients. Ours and stock bind with a service account, search the same user',
    'with the same filter, bind as that user and read the same groups.',
    '',
    `${when}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}; median of ${rounds} interleaved rounds of ${seconds} s.`,
    '',
    '| protocol | clients | ours | stock | ceiling | ours / stock | ours / ceiling |',
    '|---|--:|--:|--:|--:|--:|--:|',
  ];
  for (const [protocol, byClients] of Object.entries(figures)) {
    for (const [clients, { ours, stock, ceiling }] of Object.entries(byClients)) {
      lines.push(
        `| ${protocol} | ${clients} | ${number(ours)} | ${number(stock)} | ${number(ceiling)} | ${ratio(ours / stock)} | ${ratio(ours / ceiling)} |`,
      );
    }
  }
  lines.push('', `Failed sign-ins: ours ${failures.ours}, stock ${failures.stock}, ceiling ${failures.ceiling}.`, '');
  for (const { what, value, met } of verdicts)
    lines.push(`- ${met ? 'met' : 'MISSED'}: ${what}, at ${targets.clients} clients: ${value}`);
  return `${lines.join('\n')}\n`;
}
