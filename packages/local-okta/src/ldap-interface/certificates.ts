// The decorators of @peculiar/x509's dependency tsyringe want it loaded first.
import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { TlsIdentity } from '@ldap-to-okta/ldap-server';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Store } from '../store/store.ts';

const KEY_TYPE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CA_NAME = 'CN=Local Okta CA (not for production)';
const DAY = 24 * 60 * 60_000;
const STORED_AS = 'ldap-interface-ca';

interface StoredAuthority {
  readonly cert: string;
  readonly key: string;
}

/** The org's own certificate authority: made once, kept, so that a client trusts it across restarts. */
async function authority(store: Store): Promise<StoredAuthority> {
  const row = store.get<{ value: string }>('SELECT value FROM org_settings WHERE key = ?', [STORED_AS]);
  if (row !== undefined) return JSON.parse(row.value) as StoredAuthority; // written below
  const keys = await webcrypto.subtle.generateKey(KEY_TYPE, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: CA_NAME,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 3650 * DAY),
    signingAlgorithm: KEY_TYPE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const made = { cert: cert.toString('pem'), key: await privatePem(keys.privateKey) };
  store.run('INSERT INTO org_settings (key, value) VALUES (?, ?)', [STORED_AS, JSON.stringify(made)]);
  return made;
}

/** A fresh server certificate for `names`, and the authority that a client must trust. */
export async function tlsIdentityFor(
  store: Store,
  names: readonly string[],
): Promise<{ readonly tls: TlsIdentity; readonly caPem: string }> {
  const { cert: caPem, key: caKey } = await authority(store);
  const keys = await webcrypto.subtle.generateKey(KEY_TYPE, true, ['sign', 'verify']);
  const pkcs8 = createPrivateKey(caKey).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, KEY_TYPE, false, ['sign']);
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
    ),
  ];
  const cert = await X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject: `CN=${names[0] ?? 'localhost'}`,
    issuer: new X509Certificate(caPem).subject,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 397 * DAY),
    signingAlgorithm: KEY_TYPE,
    publicKey: keys.publicKey,
    signingKey,
    extensions,
  });
  return { tls: { cert: `${cert.toString('pem')}\n${caPem}`, key: await privatePem(keys.privateKey) }, caPem };
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
