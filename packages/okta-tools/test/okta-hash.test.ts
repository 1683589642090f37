import { createHash, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { oktaHashOf } from '../src/hashes/okta-hash.ts';

const PASSWORD = 'pässword1';
const SALT = Buffer.from('8-bytes!');

const digest = (algorithm: string, salt = Buffer.alloc(0)): Buffer =>
  createHash(algorithm).update(PASSWORD).update(salt).digest();

/** As slapd writes it: the digest, and the salt behind it. */
const salted = (scheme: string, algorithm: string): string =>
  `{${scheme}}${Buffer.concat([digest(algorithm, SALT), SALT]).toString('base64')}`;

const ab64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '');

describe('A hash of OpenLDAP', () => {
  it.each([
    ['SSHA', 'sha1', 'SHA-1'],
    ['ssha', 'sha1', 'SHA-1'],
    ['SSHA256', 'sha256', 'SHA-256'],
    ['SSHA512', 'sha512', 'SHA-512'],
    ['SMD5', 'md5', 'MD5'],
  ])('{%s} goes with its salt behind the password', (scheme, algorithm, name) => {
    const result = oktaHashOf(salted(scheme, algorithm));
    expect(result).toEqual({
      ok: true,
      scheme: scheme.toUpperCase(),
      hash: {
        algorithm: name,
        salt: SALT.toString('base64'),
        saltOrder: 'POSTFIX',
        value: digest(algorithm, SALT).toString('base64'),
      },
    });
  });

  it.each([
    ['SHA', 'sha1', 'SHA-1'],
    ['SHA256', 'sha256', 'SHA-256'],
    ['Sha512', 'sha512', 'SHA-512'],
    ['MD5', 'md5', 'MD5'],
  ])('{%s} goes without salt', (scheme, algorithm, name) => {
    const value = digest(algorithm).toString('base64');
    expect(oktaHashOf(`{${scheme}}${value}`)).toMatchObject({ ok: true, hash: { algorithm: name, value } });
    expect(oktaHashOf(`{${scheme}}${value}`)).not.toHaveProperty('hash.salt');
  });

  it.each([
    ['PBKDF2-SHA256', 'sha256', 'SHA256_HMAC', 32],
    ['PBKDF2-SHA512', 'sha512', 'SHA512_HMAC', 64],
  ])('{%s} goes in plain Base64', (scheme, algorithm, digestAlgorithm, keySize) => {
    const key = pbkdf2Sync(PASSWORD, SALT, 10_000, keySize, algorithm);
    expect(oktaHashOf(`{${scheme}}10000$${ab64(SALT)}$${ab64(key)}`)).toMatchObject({
      ok: true,
      hash: {
        algorithm: 'PBKDF2',
        digestAlgorithm,
        iterationCount: 10_000,
        keySize,
        salt: SALT.toString('base64'),
        value: key.toString('base64'),
      },
    });
  });

  it.each(['{CRYPT}$2a$', '{crypt}$2b$', '{CRYPT}$2y$', '{BCRYPT}$2b$'])('%s goes as bcrypt', (start) => {
    expect(oktaHashOf(`${start}06$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG`)).toMatchObject({
      ok: true,
      hash: {
        algorithm: 'BCRYPT',
        workFactor: 6,
        salt: 'abcdefghijklmnopqrstuu',
        value: 'LK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
      },
    });
  });

  it.each([
    ['{CRYPT}abJnggxhB/yWI', 'CRYPT DES'],
    ['{CRYPT}$1$saltsalt$kE9ognc0TODG6GInX.9au/', 'CRYPT $1$'],
    ['{CRYPT}$5$rounds=5000$saltsaltsalt$mnB4.bQiklClGfZArHKrmuY9oVnWSZS2wyHICURQPk.', 'CRYPT $5$'],
    ['{CRYPT}$6$saltsaltsalt$u9YMl6Ha1eAa1Vl5wiqeJes', 'CRYPT $6$'],
    ['{CRYPT}$y$j9T$salt$hash', 'CRYPT $y$'],
    [`{SSHA384}${Buffer.alloc(56, 1).toString('base64')}`, 'SSHA384'],
    [`{SHA384}${Buffer.alloc(48, 1).toString('base64')}`, 'SHA384'],
    ['{PBKDF2}10000$Dx4tPEtaaXiHlqW0w9Lh8A$XJATOHj3Y57JMxQ.0z6khvjVZLk', 'PBKDF2'],
    ['{PBKDF2-SHA1}10000$Dx4tPEtaaXiHlqW0w9Lh8A$XJATOHj3Y57JMxQ.0z6khvjVZLk', 'PBKDF2-SHA1'],
    ['{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$Sxuu9twIRl6gI7tF7pyuGQ$anc+Wcg', 'ARGON2'],
    ['{SASL}user01@EXAMPLE.ORG', 'SASL'],
    ['{ROT13}cnffjbeq1', 'ROT13'],
  ])('%s has no counterpart in Okta', (value, scheme) => {
    expect(oktaHashOf(value)).toEqual({ ok: false, scheme, reason: 'no-mapping' });
  });

  it.each([
    `{PBKDF2-SHA256}1000$${ab64(SALT)}$${ab64(Buffer.alloc(32, 7))}`,
    '{CRYPT}$2b$21$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
  ])('%s has figures that Okta refuses', (value) => {
    expect(oktaHashOf(value)).toMatchObject({ ok: false, reason: 'out-of-range' });
  });

  it.each(['password1', '{', '{}x', 'a{SSHA}b', ' {SSHA}MWmCLTxmm22faCYMABi0d+7tTqMPHi08S1ppeA=='])(
    '%j is a password in clear',
    (value) => {
      expect(oktaHashOf(value)).toMatchObject({ ok: false, reason: 'clear-text' });
    },
  );

  it.each([
    '{SSHA}!!!!',
    '{SSHA}',
    `{SSHA}${digest('sha1').toString('base64')}`,
    `{SHA}${Buffer.alloc(21).toString('base64')}`,
    `{SHA256}${digest('sha1').toString('base64')}`,
    salted('SSHA', 'sha1').slice(0, -1),
    `{PBKDF2-SHA256}x$${ab64(SALT)}$${ab64(Buffer.alloc(32))}`,
    `{PBKDF2-SHA512}10000$${ab64(SALT)}$${ab64(Buffer.alloc(32))}`,
    '{CRYPT}$2b$06$short',
    '{CRYPT}$2b$99$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
    '{CRYPT}!',
    '{CRYPT}*LK*',
  ])('%s is malformed: no password fits it', (value) => {
    expect(oktaHashOf(value)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it('is one of the values, and of several nobody knows which one is in use', () => {
    const one = salted('SSHA', 'sha1');
    expect(oktaHashOf([])).toMatchObject({ reason: 'none' });
    expect(oktaHashOf([''])).toMatchObject({ reason: 'none' });
    expect(oktaHashOf([one, one])).toMatchObject({ ok: true });
    expect(oktaHashOf([one, 'password1'])).toMatchObject({ reason: 'several' });
  });
});
