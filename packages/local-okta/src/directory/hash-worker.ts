import { pbkdf2Sync } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { bcryptVerify } from 'hash-wasm';

/** What a hash worker computes; each can take from milliseconds to minutes. */
export type HashJob =
  | { readonly kind: 'bcrypt'; readonly password: Uint8Array; readonly hash: string }
  | {
      readonly kind: 'pbkdf2';
      readonly password: Uint8Array;
      readonly salt: Uint8Array;
      readonly iterations: number;
      readonly digest: 'sha256' | 'sha512';
      readonly expected: Uint8Array;
    };

export type HashAnswer = { readonly matches: boolean } | { readonly error: string };

async function compute(job: HashJob): Promise<boolean> {
  if (job.kind === 'bcrypt') return bcryptVerify({ password: job.password, hash: job.hash });
  const { password, salt, iterations, digest, expected } = job;
  return pbkdf2Sync(password, salt, iterations, expected.length, digest).equals(expected);
}

parentPort?.on('message', (job: HashJob) => {
  compute(job).then(
    (matches) => parentPort?.postMessage({ matches } satisfies HashAnswer),
    (error: unknown) => parentPort?.postMessage({ error: String(error) } satisfies HashAnswer),
  );
});
