import { z } from 'zod';
import { httpRequest } from '../http-request.ts';
import { isThisComputer } from '../okta-org.ts';
import { ToolError } from '../tool-error.ts';
import { printable, trapInValue } from '../typed-value.ts';

const metadata = z.object({ issuer: z.string(), authorization_endpoint: z.string() });

const TIMEOUT_MS = 15_000;

/**
 * The issuer to write: what was asked for, else what the file has for this org, else `<org>/oauth2/default`.
 * @throws ToolError `usage`
 */
export function chooseIssuer(orgUrl: string, asked: string | undefined, inFile: string | undefined): string {
  if (asked === 'org') return orgUrl;
  if (asked === 'default') return `${orgUrl}/oauth2/default`;
  if (asked === undefined) {
    const kept = inFile?.trim().replace(/\/+$/, '') ?? '';
    return isOf(orgUrl, kept) ? kept : `${orgUrl}/oauth2/default`;
  }
  const text = asked.replace(/\/+$/, '');
  const problem = trapInValue(text) ?? problemInIssuer(text);
  if (problem !== undefined)
    throw new ToolError('usage', `--issuer ${problem}. It is default, org or a whole address.`);
  return text;
}

function problemInIssuer(text: string): string | undefined {
  if (!/^https?:\/\/[^\s?#]+$/i.test(text) || !URL.canParse(text)) return 'is not a web address';
  if (text.includes('/.well-known/')) return 'is a discovery document; leave out everything from /.well-known on';
  if (text.startsWith('http:') && !isThisComputer(new URL(text).hostname)) return 'is plain http';
  return undefined;
}

const isOf = (orgUrl: string, issuer: string): boolean =>
  issuer === orgUrl || /^\/oauth2\/\w+$/.test(issuer.startsWith(orgUrl) ? issuer.slice(orgUrl.length) : '');

/** Asks the issuer for its discovery document. @throws ToolError saying what to do when it has none */
export async function checkIssuer(issuer: string, orgUrl: string): Promise<void> {
  const answer = await httpRequest({ url: `${issuer}/.well-known/openid-configuration`, timeoutMs: TIMEOUT_MS });
  if (answer.status === 404 && issuer !== orgUrl) {
    throw new ToolError(
      'no-authorization-server',
      `There is no authorization server at ${issuer}: custom ones, default included, come with API Access Management. Without it, use the org's own: run this again with --issuer org.`,
    );
  }
  const found = metadata.safeParse(parseJson(answer.text));
  if (answer.status !== 200 || !found.success) {
    throw new ToolError(
      'not-okta',
      `${issuer} does not answer as an OpenID provider does (HTTP ${answer.status}). Is OKTA_URL the address of your org?`,
    );
  }
  if (found.data.issuer !== issuer) {
    const own = printable(found.data.issuer);
    throw new ToolError(
      'no-authorization-server',
      `The server at ${issuer} calls itself ${own}, and tokens carry that name: run this again with --issuer ${own}`,
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
