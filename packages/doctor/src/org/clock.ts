import { failed, ok, type Verdict, warning } from '../exam.ts';
import { ask } from '../network/ask.ts';

/** Seconds that do not matter, and those that a token may be early or late for the app to take it. */
const NOTHING = 30;
const TOLERATED = 120;

/** This computer's clock against the org's, by the Date of an answer. */
export async function checkClock(oktaUrl: string, timeoutMs: number): Promise<Verdict<void>> {
  const sentAt = Date.now();
  const asked = await ask({ url: `${oktaUrl}/.well-known/openid-configuration`, timeoutMs });
  if (!asked.ok) return asked.verdict;
  const theirs = Date.parse(asked.answer.headers.date ?? '');
  if (Number.isNaN(theirs))
    return warning(undefined, 'the answer has no Date to compare with', 'Look at the proxy between.');
  const seconds = Math.round((theirs - (sentAt + Date.now()) / 2) / 1000);
  const says =
    Math.abs(seconds) <= 1
      ? "this computer's clock is that of the org"
      : `this computer's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} the org's`;
  const todo = 'Set the clock, by NTP: tokens are refused when they seem to be of the future or too old.';
  if (Math.abs(seconds) <= NOTHING) return ok(undefined, says);
  return Math.abs(seconds) <= TOLERATED ? warning(undefined, says, todo) : failed(says, todo);
}
