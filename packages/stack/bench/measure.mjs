import autocannon from 'autocannon';
import { cpuOf } from './cpu.mjs';
import { nameOf, PASSWORD } from './local-okta/big-directory.mjs';

export const PEOPLE = 1_000;
const signInOf = (_, index) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: `username=${nameOf(index + 1)}&password=${PASSWORD}`,
});
const signIns = Array.from({ length: PEOPLE }, signInOf);

/**
 * Signs one person after the other in, each client people of its own: how many succeeded, how many did not, in how many
 * seconds, and the CPU time that it took in microseconds, by part; `cpu` is undefined where the system tells none.
 */
export async function measure({ url, pid }, slapd, clients, limit) {
  const share = Math.floor(PEOPLE / clients);
  let started = 0;
  const setupClient = (client) => {
    client.setRequests(signIns.slice(started * share, (started + 1) * share));
    started += 1;
  };
  const before = [cpuOf(pid), cpuOf(slapd), process.cpuUsage()];
  const result = await autocannon({ url, connections: clients, setupClient, timeout: 10, ...limit });
  const after = [cpuOf(pid), cpuOf(slapd), process.cpuUsage()];
  return {
    signIns: result['2xx'],
    failures: result.non2xx + result.errors,
    seconds: result.duration,
    cpu: before.concat(after).includes(undefined) ? undefined : spent(before, after),
  };
}

function spent([node, slapd, client], [nodeNow, slapdNow, clientNow]) {
  return {
    main: nodeNow.main - node.main,
    others: nodeNow.others - node.others,
    slapd: slapdNow.main + slapdNow.others - slapd.main - slapd.others,
    client: clientNow.user + clientNow.system - client.user - client.system,
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
