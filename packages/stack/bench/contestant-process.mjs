import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a contestant and waits until it listens. */
export async function startContestant(name, directory) {
  const child = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)), [name, JSON.stringify(directory)], {
    env: { ...process.env, NODE_ENV: 'benchmark' }, // 'production' would have each warn of its session store
  });
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)));
  });
  return {
    name,
    pid: child.pid,
    url: `http://127.0.0.1:${port}/login`,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.disconnect();
      }),
  };
}
