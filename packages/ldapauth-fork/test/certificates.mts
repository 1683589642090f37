import forge from 'node-forge';

const DAY = 24 * 60 * 60_000;
const CA = [{ name: 'commonName', value: 'Test CA' }];

export interface TestAuthority {
  readonly ca: string;
  issue(name: string, days: { readonly from: number; readonly to: number }): { cert: string; key: string };
}

/** A certificate authority that issues what no honest one would. */
export function createAuthority(): TestAuthority {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const make = (
    subject: string,
    publicKey: forge.pki.rsa.PublicKey,
    from: number,
    to: number,
    extension: object,
  ): string => {
    const cert = forge.pki.createCertificate();
    cert.publicKey = publicKey;
    cert.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
    cert.validity.notBefore = new Date(Date.now() + from * DAY);
    cert.validity.notAfter = new Date(Date.now() + to * DAY);
    cert.setSubject([{ name: 'commonName', value: subject }]);
    cert.setIssuer(CA);
    cert.setExtensions([extension]);
    cert.sign(keys.privateKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(cert);
  };
  return {
    ca: make('Test CA', keys.publicKey, -100, 100, { name: 'basicConstraints', cA: true, critical: true }),
    issue: (host, { from, to }) => {
      const own = forge.pki.rsa.generateKeyPair(2048);
      const names = { name: 'subjectAltName', altNames: [{ type: 2, value: host }] };
      return { cert: make(host, own.publicKey, from, to, names), key: forge.pki.privateKeyToPem(own.privateKey) };
    },
  };
}
