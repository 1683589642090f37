import { type HttpAnswer, type HttpRequest, httpRequest, ToolError } from '@ldap-to-okta/okta-tools';
import { failed, type Verdict } from '../exam.ts';

export type Asked =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly verdict: Verdict<never> };

/** One request; that no answer comes is a line of the report. */
export async function ask(request: HttpRequest): Promise<Asked> {
  try {
    return { ok: true, answer: await httpRequest(request) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { ok: false, verdict: failed(error.message, 'The lines above should tell why.') };
  }
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
