import { availableParallelism, cpus } from 'node:os';

export const targets = { ldap: 3, ldaps: 10, ceiling: 0.5, clients: 16 };

const number = (value) => Math.round(value).toLocaleString('en');
const ratio = (value) => value.toFixed(2);

/** Whether the targets hold, each as a sentence. `figures[protocol][clients]` holds rate and CPU time by contestant. */
export function judge(figures) {
  return ['ldap', 'ldaps'].flatMap((protocol) => {
    const { ours, stock, ceiling } = figures[protocol][targets.clients];
    const rows = [
      [`${protocol}: at least ${targets[protocol]} times stock`, ours.rate / stock.rate, targets[protocol]],
    ];
    // the ceiling is the app's, whatever the transport to the directory; TLS is paid once per connection
    if (protocol === 'ldap')
      rows.push([`${protocol}: at least ${targets.ceiling} of the ceiling`, ours.rate / ceiling.rate, targets.ceiling]);
    return rows.map(([what, value, wanted]) => ({ what, value: ratio(value), met: value >= wanted }));
  });
}

export function report(figures, { rounds, seconds, when, failures, verdicts }) {
  const failed = Object.entries(failures).map(([name, count]) => `${name} ${count}`);
  const lines = [
    '# Benchmarks',
    '',
    'Sign-ins per second on loopback against a real slapd with a thousand people, written by `npm run bench`: one Express',
    "app with a session, and four ways to check a password. **ours** is this project's auth-adapter, **stock** is",
    'passport-ldapauth with the engine that it brings, as published; **least** sends the same requests from a client that',
    'does nothing else, so that no client can cost less; **ceiling** asks no directory at all. Each server has a process of',
    'its own and shares the cores with slapd and the clients. All three that ask bind with a service account, search the',
    'same user with the same filter, bind as that user and read the same groups.',
    '',
    `${when}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}; median of ${rounds} interleaved rounds of ${seconds} s.`,
    '',
    '| protocol | clients | ours | stock | least | ceiling | ours / stock | least / stock | ours / ceiling | least / ceiling |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const [protocol, byClients] of Object.entries(figures)) {
    for (const [clients, { ours, stock, least, ceiling }] of Object.entries(byClients)) {
      const rates = [ours, stock, least, ceiling].map(({ rate }) => number(rate));
      const ratios = [stock, ceiling].flatMap((to) => [ours, least].map(({ rate }) => ratio(rate / to.rate)));
      lines.push(`| ${[protocol, clients, ...rates, ...ratios].join(' | ')} |`);
    }
  }
  lines.push('', `Failed sign-ins: ${failed.join(', ')}.`, '', ...cpuTable(figures));
  for (const { what, value, met } of verdicts)
    lines.push(`- ${met ? 'met' : 'MISSED'}: ${what}, at ${targets.clients} clients: ${value}`);
  return `${lines.join('\n')}\n`;
}

/** Where the time of one sign-in goes; nothing where the system does not tell. */
function cpuTable(figures) {
  const rows = Object.entries(figures).flatMap(([protocol, byClients]) =>
    Object.entries(byClients[targets.clients])
      .filter(([, { cpu }]) => cpu !== undefined)
      .map(
        ([
          name,
          {
            cpu: { main, others, slapd, client },
          },
        ]) => {
          const times = [main, others, slapd, client, main + others + slapd + client].map(number);
          return `| ${[protocol, name, ...times].join(' | ')} |`;
        },
      ),
  );
  if (rows.length === 0) return [];
  return [
    `CPU time of one sign-in at ${targets.clients} clients, in microseconds. JavaScript runs on one thread: its column bounds the rate.`,
    '',
    "| protocol | server | Node's JavaScript thread | Node's other threads | slapd | clients | all |",
    '|---|---|--:|--:|--:|--:|--:|',
    ...rows,
    '',
  ];
}
