import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time so far of a process, in microseconds: of its first thread, where JavaScript runs, and of all others.
 * Undefined where the system does not tell (Linux does).
 */
export function cpuOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const used = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
    const times = used.map((text) => Number(text.split(' ')[0]) / 1_000);
    const main = times[threads.indexOf(String(pid))] ?? 0;
    return { main, others: times.reduce((sum, time) => sum + time, 0) - main };
  } catch {
    return undefined;
  }
}

/** The slapd that listens at this URL. */
export function slapdAt(url) {
  try {
    const isIt = (pid) => {
      const [program = '', ...parameters] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return program.endsWith('slapd') && parameters.some((it) => it.split(' ').includes(url));
    };
    return readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && isIt(pid));
  } catch {
    return undefined;
  }
}
