import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { signInAt } from './person.mjs';

/** Whole sign-ins per second by `clients` people at a time, each a browser that has never been here. */
export async function measureSignIns(url, person, clients, seconds) {
  const started = performance.now();
  const until = started + seconds * 1_000;
  let count = 0;
  const client = async () => {
    while (performance.now() < until) {
      await signInAt(url, person.username, person.password);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return count / ((performance.now() - started) / 1_000);
}

/** Milliseconds from the start of the process until it says that it can sign people in. */
export async function measureStart({ main, port, env }) {
  const started = performance.now();
  const child = spawn(process.execPath, [main], {
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: 'ignore',
  });
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`${main} ended with ${child.exitCode}`);
      await delay(2);
    }
    return performance.now() - started;
  } finally {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
}

const isReady = (port) =>
  new Promise((resolve) => {
    get(`http://127.0.0.1:${port}/readyz`, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
