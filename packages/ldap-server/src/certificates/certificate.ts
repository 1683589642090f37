import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { encode, encodeInteger, encodeString, tags } from '../protocol/ber.ts';

/** What a certificate says (RFC 5280 §4.1), as far as these need it. */
export interface CertificateContent {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  /** Host names and IP addresses. */
  readonly names: readonly string[];
}

/** A certificate in PEM, signed with ECDSA and SHA-256. */
export function createCertificate(content: CertificateContent): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const publicKey = content.publicKey.export({ type: 'spki', format: 'der' });
  const extensions = content.isAuthority ? authorityExtensions() : serverExtensions(content.names);
  const toBeSigned = sequence(
    encode(0xa0, encodeInteger(2)),
    encode(tags.integer, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    name(content.subject),
    publicKey,
    encode(
      0xa3,
      sequence(
        ...extensions,
        extension('2.5.29.14', false, encodeString(keyId(publicKey))),
        extension('2.5.29.35', false, sequence(encodeString(keyId(publicOf(content.issuerKey)), 0x80))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, content.issuerKey);
  const certificate = sequence(toBeSigned, algorithm, bits(signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function authorityExtensions(): readonly Buffer[] {
  const basicConstraints = sequence(encode(tags.boolean, Buffer.from([0xff])), encodeInteger(0));
  return [
    extension('2.5.29.19', true, basicConstraints),
    // keyCertSign and cRLSign
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
  ];
}

function serverExtensions(names: readonly string[]): readonly Buffer[] {
  const alternatives = names.map((alternative) =>
    isIP(alternative) === 0 ? encodeString(alternative, 0x82) : encodeString(addressBytes(alternative), 0x87),
  );
  return [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...alternatives)),
  ];
}

const sequence = (...parts: readonly Buffer[]): Buffer => encode(tags.sequence, ...parts);

const bits = (content: Buffer, unused = 0): Buffer => encode(0x03, Buffer.from([unused]), content);

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [encode(tags.boolean, Buffer.from([0xff]))] : []), encodeString(value));
}

const name = (commonName: string): Buffer =>
  sequence(encode(tags.set, sequence(oid('2.5.4.3'), encodeString(commonName, 0x0c))));

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5). */
function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/[-:T]|\..*/g, '')}Z`;
  return date.getUTCFullYear() < 2050 ? encodeString(text.slice(2), 0x17) : encodeString(text, 0x18);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return encode(0x06, Buffer.from(bytes));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const words = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const before = words(head);
  const after = words(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...(tail === undefined ? [] : zeros), ...after];
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex');
}

const publicOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

const keyId = (publicKey: Buffer): Buffer => createHash('sha256').update(publicKey).digest().subarray(0, 20);
