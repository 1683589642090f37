import type { Provider } from 'oidc-provider';
import type { Clock } from '../clock.ts';
import { POLL_EVERY } from './device-flow.ts';

/** Less than what devices are told: one that waits that long is never blamed for what the network does to its pace. */
const TOO_SOON_MS = (POLL_EVERY - 1) * 1000;

/**
 * Tells a device that asks more often than it was told to: `slow_down` in place of `authorization_pending`, which it
 * answers by waiting longer. A decision is never held back. Source: RFC 8628 section 3.5.
 */
export function slowDownDevices(provider: Provider, clock: Clock): void {
  /** When each device was last told to wait, the longest ago first. */
  const toldAt = new Map<string, number>();
  provider.use(async (ctx, next) => {
    await next();
    const code = ctx.oidc?.params?.device_code;
    if (typeof code !== 'string' || !isPending(ctx.body)) return;
    const now = clock.now();
    for (const [other, at] of toldAt) {
      if (now - at < TOO_SOON_MS) break;
      toldAt.delete(other);
    }
    const tooSoon = toldAt.delete(code);
    toldAt.set(code, now);
    if (tooSoon) {
      ctx.body = { error: 'slow_down', error_description: `The device asks too often: once in ${POLL_EVERY} seconds.` };
    }
  });
}

const isPending = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'error' in body && body.error === 'authorization_pending';
