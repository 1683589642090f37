import { availableParallelism, cpus } from 'node:os';

/** At most these, each as a ratio in one run, save the memory, which is in MB. */
export const targets = { import: 3, growth: 250, incremental: 3, search: 1.5, signIn: 3 };

const ms = (value) => `${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en')} ms`;

export function judge({ imports, searches, signIns }) {
  const rows = [
    [`full import: at most ${targets.import} times a paged ldapsearch`, imports.importRatio, targets.import],
    [`memory growth of Local Okta and agent: under ${targets.growth} MB`, imports.growth, targets.growth],
    [
      `incremental import without changes: at most ${targets.incremental} % of a full one`,
      imports.incrementalPercent,
      targets.incremental,
    ],
    [`search by login: at most ${targets.search} times that of the small org`, searches.userRatio, targets.search],
    [`search for groups: at most ${targets.search} times that of the small org`, searches.groupRatio, targets.search],
    [`delegated sign-in: at most ${targets.signIn} times a direct one`, signIns.ratio, targets.signIn],
  ];
  return rows.map(([what, value, wanted]) => ({ what, value: value.toFixed(2), met: value <= wanted }));
}

export function report({ imports, searches, signIns }, { people, smallPeople, rounds, warmUp, when, verdicts }) {
  const count = (value) => value.toLocaleString('en');
  return `${[
    '# Benchmarks of Local Okta',
    '',
    `Written by \`npm run bench -- local-okta\`: ${count(people)} users and 200 groups in a real slapd, the local agent and`,
    "Local Okta as processes of their own on one host. **ldapsearch** is OpenLDAP's own client reading the same users and",
    'attributes in pages of the same size, before and after each import. Searches and sign-ins take turns with what they',
    `are compared with; the small org has ${count(smallPeople)} users. A sign-in is a whole one by this project's auth-adapter over LDAPS:`,
    `search, bind, groups; ${count(warmUp)} of each go before those that count.`,
    '',
    `${when}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}; medians, imports of ${rounds} rounds.`,
    '',
    '| | measured | compared with | ratio |',
    '|---|--:|--:|--:|',
    `| full import | ${ms(imports.import)} | ldapsearch ${ms(imports.search)} | ${imports.importRatio.toFixed(2)} |`,
    `| incremental import without changes | ${ms(imports.incremental)} | full import ${ms(imports.import)} | ${(imports.incrementalPercent / 100).toFixed(4)} |`,
    `| search by login | ${ms(searches.largeUser)} | small org ${ms(searches.smallUser)} | ${searches.userRatio.toFixed(2)} |`,
    `| search for groups | ${ms(searches.largeGroups)} | small org ${ms(searches.smallGroups)} | ${searches.groupRatio.toFixed(2)} |`,
    `| delegated sign-in | ${ms(signIns.byOkta)} | direct ${ms(signIns.straight)} | ${signIns.ratio.toFixed(2)} |`,
    '',
    `Memory of Local Okta and agent grew by ${Math.round(imports.growth)} MB (median) during the full import. Confirming everybody`,
    `afterwards, which makes them Okta users, took ${ms(imports.confirm)}.`,
    '',
    ...verdicts.map(({ what, value, met }) => `- ${met ? 'met' : 'MISSED'}: ${what}: ${value}`),
  ].join('\n')}\n`;
}
