import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { failed, ok, type Verdict } from '../exam.ts';
import type { TlsTarget } from './tls.ts';

const DAY = 86_400_000;
const EXPIRES_SOON_DAYS = 14;

/** All that is wrong with a certificate, in one line. */
export function judgeTls(secure: TLSSocket, target: TlsTarget): Verdict<TLSSocket> {
  const peer = secure.getPeerCertificate(true);
  const faults = [chainFault(secure, peer, target), validityFault(peer), nameFault(peer, target.host)].filter(
    (fault) => fault !== undefined,
  );
  if (faults.length > 0) {
    return failed(faults.map(({ says }) => says).join('; '), faults.map(({ todo }) => todo).join(' '));
  }
  const days = Math.floor((Date.parse(peer.valid_to) - Date.now()) / DAY);
  const says = `${secure.getProtocol()}, certificate for ${target.host} by ${nameOfIssuer(peer)}, good until ${dateOf(peer.valid_to)}`;
  return days < EXPIRES_SOON_DAYS
    ? { outcome: 'warning', value: secure, says, todo: `Have the certificate renewed: it ends in ${days} days.` }
    : ok(secure, says);
}

interface Fault {
  readonly says: string;
  readonly todo: string;
}

function chainFault(
  secure: TLSSocket,
  peer: DetailedPeerCertificate,
  { ca, caVariable, host }: TlsTarget,
): Fault | undefined {
  const { authorizationError } = secure;
  if (!authorizationError) return undefined;
  const code = typeof authorizationError === 'string' ? authorizationError : authorizationError.name;
  // Dates and names have a line of their own. OpenSSL tells one fault only, and a wrong date hides a wrong authority.
  const isHidden = /^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$/.test(code);
  if (/ALTNAME/.test(code) || (isHidden && (ca === undefined || isSignedByOneOf(ca, peer)))) return undefined;
  const issuer = nameOfIssuer(lastOf(peer));
  const trusted = ca === undefined ? undefined : namesIn(ca);
  return {
    says:
      trusted === undefined
        ? `the certificate of ${host} is signed by ${issuer}, which this computer does not trust (${code})`
        : `the certificate of ${host} is signed by ${issuer}, and ${caVariable} holds ${trusted} (${code})`,
    todo: /NODE_EXTRA_CA_CERTS/.test(caVariable)
      ? `Get the certificate of ${issuer} as a PEM file and name it in ${caVariable}, in the environment: .env is read too late for it.`
      : `Get the certificate of ${issuer} as a PEM file and set ${caVariable} to it.`,
  };
}

function validityFault(peer: DetailedPeerCertificate): Fault | undefined {
  if (Date.parse(peer.valid_to) < Date.now()) {
    return {
      says: `the certificate expired on ${dateOf(peer.valid_to)}`,
      todo: 'Have the certificate renewed on the server; if that date is not past, set the clock of this computer.',
    };
  }
  if (Date.parse(peer.valid_from) > Date.now()) {
    return {
      says: `the certificate is valid from ${dateOf(peer.valid_from)} only`,
      todo: 'Set the clock of this computer, or have the certificate made anew.',
    };
  }
  return undefined;
}

function nameFault(peer: DetailedPeerCertificate, host: string): Fault | undefined {
  if (checkServerIdentity(host, peer) === undefined) return undefined;
  const names = (peer.subjectaltname ?? `CN:${peer.subject?.CN ?? '?'}`).replace(/\b(?:DNS|IP Address|CN):/g, '');
  return {
    says: `the certificate is for ${names}, and not for ${host}`,
    todo: `Name the server by a name that its certificate has: ${names}.`,
  };
}

function isSignedByOneOf(pem: string, peer: DetailedPeerCertificate): boolean {
  const last = new X509Certificate(lastOf(peer).raw);
  return certificatesIn(pem).some((authority) => last.checkIssued(authority) && last.verify(authority.publicKey));
}

/** The last certificate that the server sent; a root refers to itself. */
function lastOf(peer: DetailedPeerCertificate): DetailedPeerCertificate {
  const next = peer.issuerCertificate as DetailedPeerCertificate | undefined; // absent at the end of an incomplete chain
  return next === undefined || next === peer || next.fingerprint256 === peer.fingerprint256 ? peer : lastOf(next);
}

const nameOfIssuer = ({ issuer }: DetailedPeerCertificate): string =>
  `“${issuer?.CN ?? issuer?.O ?? issuer?.OU ?? 'an authority without a name'}”`;

const dateOf = (text: string): string => new Date(text).toISOString().slice(0, 10);

const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
    (text) => new X509Certificate(text),
  );

const namesIn = (pem: string): string =>
  certificatesIn(pem)
    .map(({ subject }) => `“${subject.split('\n').at(-1)?.replace(/^\w+=/, '')}”`)
    .join(', ');
