import forge from 'node-forge';

export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority of its own for one test, with the faults a test asks for. */
export interface CertificateAuthority {
  readonly caPem: string;
  issue(options: { readonly names: readonly string[]; readonly expired?: boolean }): ServerCertificate;
}

const DAY = 86_400_000;

export function createCertificateAuthority(): CertificateAuthority {
  const caKeys = forge.pki.rsa.generateKeyPair(2048);
  const caName = [{ name: 'commonName', value: 'Adapter test CA' }];
  const ca = certificate(caKeys.publicKey, caName, caName, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  ca.sign(caKeys.privateKey, forge.md.sha256.create());
  return {
    caPem: forge.pki.certificateToPem(ca),
    issue: ({ names, expired = false }) => {
      const keys = forge.pki.rsa.generateKeyPair(2048);
      const subject = [{ name: 'commonName', value: names[0] }];
      const cert = certificate(keys.publicKey, subject, caName, [
        { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
      ]);
      if (expired) {
        cert.validity.notAfter = new Date(Date.now() - DAY);
      }
      cert.sign(caKeys.privateKey, forge.md.sha256.create());
      return { key: forge.pki.privateKeyToPem(keys.privateKey), cert: forge.pki.certificateToPem(cert) };
    },
  };
}

function certificate(
  publicKey: forge.pki.rsa.PublicKey,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  extensions: object[],
): forge.pki.Certificate {
  const cert = forge.pki.createCertificate();
  cert.publicKey = publicKey;
  cert.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
  cert.validity.notBefore = new Date(Date.now() - 10 * DAY);
  cert.validity.notAfter = new Date(Date.now() + 10 * DAY);
  cert.setSubject(subject);
  cert.setIssuer(issuer);
  cert.setExtensions(extensions);
  return cert;
}
