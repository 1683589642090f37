import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import type { TlsIdentity } from '../server/server-options.ts';
import { createCertificate } from './certificate.ts';

export interface CertificateOptions {
  /** Host names and IP addresses the certificate is for. Default: localhost, 127.0.0.1, ::1. */
  readonly names?: readonly string[];
  /** Default: an hour ago, for clocks that are late. */
  readonly notBefore?: Date;
  /** Default: in 825 days. In the past: an expired certificate. */
  readonly notAfter?: Date;
}

/** A certificate authority for laptops and tests. Its key lives in memory unless you keep it. */
export interface CertificateAuthority {
  /** What clients must trust, PEM. */
  readonly caPem: string;
  /** The authority's private key, PEM (PKCS #8): whoever has it can be any server to those clients. */
  readonly keyPem: string;
  /** Issues a server certificate with a new P-256 key. */
  issue(options?: CertificateOptions): TlsIdentity;
}

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Makes a certificate authority, or goes on with a kept one.
 * @example
 * const authority = createCertificateAuthority();
 * const good = authority.issue();
 * const expired = authority.issue({ notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') });
 * const wrongName = authority.issue({ names: ['other.example'] });
 */
export function createCertificateAuthority(
  options: { readonly commonName?: string; readonly kept?: { readonly caPem: string; readonly keyPem: string } } = {},
): CertificateAuthority {
  const { kept } = options;
  // The random part keeps apart two authorities that one client comes to know.
  const subject =
    kept === undefined
      ? `${options.commonName ?? 'Local LDAP CA'} ${randomBytes(4).toString('hex')}`
      : commonNameOf(kept.caPem);
  const privateKey = kept === undefined ? newKey().privateKey : createPrivateKey(kept.keyPem);
  const caPem = kept?.caPem ?? createAuthorityCertificate(subject, privateKey);
  return {
    caPem,
    keyPem: pem(privateKey),
    issue: ({ names = ['localhost', '127.0.0.1', '::1'], notBefore, notAfter } = {}) => {
      const own = newKey();
      const cert = createCertificate({
        subject: names[0] ?? 'localhost',
        issuer: subject,
        publicKey: own.publicKey,
        issuerKey: privateKey,
        notBefore: notBefore ?? new Date(Date.now() - hour),
        notAfter: notAfter ?? new Date(Date.now() + 825 * day),
        isAuthority: false,
        names,
      });
      return { cert, key: pem(own.privateKey) };
    },
  };
}

function createAuthorityCertificate(subject: string, key: KeyObject): string {
  return createCertificate({
    subject,
    issuer: subject,
    publicKey: createPublicKey(key),
    issuerKey: key,
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 3650 * day),
    isAuthority: true,
    names: [],
  });
}

const newKey = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function commonNameOf(caPem: string): string {
  const { subject } = new X509Certificate(caPem);
  const commonName = /^CN=(.*)$/.exec(subject)?.[1];
  if (commonName === undefined) throw new TypeError(`this is no certificate of this authority: ${subject}`);
  return commonName;
}
