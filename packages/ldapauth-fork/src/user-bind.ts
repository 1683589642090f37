import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { BindPool } from './bind-pool.ts';
import { LdapAuthError, type RefusalReason } from './errors.ts';
import type { Turn } from './gate.ts';
import { judgeBind, passwordPolicyControls } from './password-policy.ts';
import { bindRequest } from './request.ts';
import { bindErrorOf, LdapResultError, outcomeOf } from './result-codes.ts';
import type { OnStep } from './step.ts';

const SAMPLES = 64;

/** Okta's LDAP Interface takes four binds a second for one user: an honest burst is over soon. */
const LIMIT_PAUSE = 300;
const LIMIT_PATIENCE = 5000;

/** Tries passwords, and makes a name that does not exist cost as much as a wrong password. */
export class UserBind {
  private readonly pool: BindPool;
  /** How long the latest verdicts on real passwords took, in milliseconds. */
  private readonly durations: number[] = [];
  private nextSample = 0;
  private readonly decoyName = `no-such-user-${randomBytes(8).toString('hex')}`;

  constructor(pool: BindPool) {
    this.pool = pool;
  }

  /**
   * Undefined when the password is right and the account may be used, else why not. A directory that limits how often
   * one account may bind is asked again for a while, until `turn` expires.
   * @throws LdapAuthError
   */
  async try(dn: string, password: string, turn: Turn): Promise<RefusalReason | undefined> {
    if (dn.trim() === '') {
      // With an empty name the directory takes any password for an anonymous bind (RFC 4513 section 5.1).
      throw new LdapAuthError('misconfigured', 'The entry has no name to bind with', {
        detail: 'bind-property-missing',
      });
    }
    const startedAt = performance.now();
    for (;;) {
      try {
        const reason = await this.send(dn, password, turn.onStep);
        if (reason === undefined || reason === 'invalid-credentials') {
          this.durations[this.nextSample] = performance.now() - startedAt;
          this.nextSample = (this.nextSample + 1) % SAMPLES;
        }
        return reason;
      } catch (error) {
        const isLimited = error instanceof LdapAuthError && error.detail === 'admin-limit';
        if (!isLimited || turn.expired || performance.now() + LIMIT_PAUSE > startedAt + LIMIT_PATIENCE) {
          throw error;
        }
        // Not in step with others who wait for the same account.
        await wait(LIMIT_PAUSE * (0.75 + Math.random() / 2));
      }
    }
  }

  /**
   * What happens for a name that nobody has: a bind that must fail, with as many bytes as the password typed, and a
   * wait for as long as one of the latest real verdicts took, because a directory hashes nothing for it.
   */
  async refuseUnknown(base: string, password: string, onStep: OnStep | undefined): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.send(this.decoyDn(base), 'x'.repeat(Buffer.byteLength(password)), onStep);
    } catch (error) {
      // Whatever result code a directory has for it, it is an answer; no answer at all is told as for everybody else.
      if (!(error instanceof LdapAuthError && error.cause instanceof LdapResultError)) {
        throw error;
      }
    }
    const sample = this.durations[Math.floor(Math.random() * this.durations.length)] ?? 0;
    const left = sample - (performance.now() - startedAt);
    if (left >= 1) {
      await wait(left);
    }
  }

  decoyDn(base: string): string {
    return base === '' ? `cn=${this.decoyName}` : `cn=${this.decoyName},${base}`;
  }

  private async send(dn: string, password: string, onStep: OnStep | undefined): Promise<RefusalReason | undefined> {
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      const { result } = await this.pool.send(bindRequest(dn, password, passwordPolicyControls), onStep);
      const verdict = judgeBind(result);
      if (verdict.kind === 'broken') {
        throw bindErrorOf(result, 'Trying the password');
      }
      if (verdict.kind === 'ok') {
        return undefined;
      }
      outcome = verdict.detail ?? verdict.reason;
      return verdict.reason;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      onStep?.({ kind: 'bind', purpose: 'user', dn, outcome, ms: performance.now() - startedAt });
    }
  }
}
