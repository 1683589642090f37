import { z } from 'zod';
import { failed, ok, type Verdict } from '../exam.ts';
import { ask, jsonOf } from '../network/ask.ts';

const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  introspection_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).optional(),
});

export type Metadata = z.output<typeof metadataSchema>;

/** The discovery document, whose issuer has to be ISSUER to the letter. Source: OpenID Connect Discovery section 4.3. */
export async function checkDiscovery(issuer: string, timeoutMs: number): Promise<Verdict<Metadata>> {
  const asked = await ask({ url: `${issuer}/.well-known/openid-configuration`, timeoutMs });
  if (!asked.ok) return asked.verdict;
  const { status, text } = asked.answer;
  const metadata = metadataSchema.safeParse(jsonOf(text));
  if (status === 404) {
    const org = new URL(issuer).origin;
    return failed(
      `there is no authorization server at ${issuer} (HTTP 404)`,
      issuer === org
        ? 'Is OKTA_URL, or ISSUER, the address of an Okta org?'
        : `Correct ISSUER. Custom servers, “default” included, come with API Access Management; without it, the org's own: ISSUER=${org}`,
    );
  }
  if (status !== 200 || !metadata.success) {
    return failed(
      `${issuer} does not answer as an OpenID provider does (HTTP ${status})`,
      'Is ISSUER the address of an authorization server of your org? A proxy or a sign-in page of a network may answer in its place.',
    );
  }
  if (metadata.data.issuer !== issuer) {
    return failed(
      `the server at ${issuer} calls itself ${metadata.data.issuer}; both must be the same to the letter`,
      `Set ISSUER=${metadata.data.issuer} (localhost, 127.0.0.1 and okta.localhost are different issuers).`,
    );
  }
  return ok(metadata.data, `${issuer} answers, and calls itself that`);
}

const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string(), use: z.string().optional() })) });

/** Keys that tokens can be checked with. */
export async function checkKeys({ jwks_uri: url }: Metadata, timeoutMs: number): Promise<Verdict<void>> {
  const asked = await ask({ url, timeoutMs });
  if (!asked.ok) return asked.verdict;
  const keys = keysSchema.safeParse(jsonOf(asked.answer.text));
  const count = keys.success ? keys.data.keys.filter(({ use }) => use === undefined || use === 'sig').length : 0;
  return count > 0
    ? ok(undefined, `${count} at ${url}`)
    : failed(
        `${url} gives no key to check tokens with (HTTP ${asked.answer.status})`,
        'Have the authorization server looked at.',
      );
}
