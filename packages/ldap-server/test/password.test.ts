import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { verifyPassword } from '../src/index.ts';
import { md5Crypt } from '../src/password/md5-crypt.ts';

/** All of them stand for `password1`. */
const schemes: readonly string[] = [
  'password1',
  '{MD5}fGoYCzaJagqMAnh+6vsOTA==',
  '{SMD5}PWhZp+wpMeVorB1f77GaIw8eLTxLWml4',
  '{SHA}44rSFJQ9qtHWTBAvrsKd5K/p2j0=',
  '{ssha}MWmCLTxmm22faCYMABi0d+7tTqMPHi08S1ppeA==',
  '{SHA256}CxTVAaWURCoBxoWVQbyz6BZNGD0yk3uFGDVEL2nVyU4=',
  '{SSHA256}XRXp/3iCsEsylonLy85iANfIjUg+bA564NEgrqiVQ84PHi08S1ppeA==',
  '{SHA384}9eLdhf4RzsTJE/Dx/OzdtKZU3ZKFL5eNY0Vjigd5ped+o50z1iVL3g4a+npsjvC5',
  '{SSHA384}h48ElK4OAupFOCC5G5EgwXs7OgfxE88BU4LGLT/r61Ub6JxOXVtbH1u7EoKHXRxZDx4tPEtaaXg=',
  '{PBKDF2}10000$Dx4tPEtaaXiHlqW0w9Lh8A$XJATOHj3Y57JMxQ.0z6khvjVZLk',
  '{PBKDF2-SHA1}10000$Dx4tPEtaaXiHlqW0w9Lh8A$XJATOHj3Y57JMxQ.0z6khvjVZLk',
  '{CRYPT}$1$saltsalt$kE9ognc0TODG6GInX.9au/',
  '{CRYPT}$5$rounds=5000$saltsaltsalt$mnB4.bQiklClGfZArHKrmuY9oVnWSZS2wyHICURQPk.',
  '{CRYPT}$2b$06$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
  '{CRYPT}$2a$06$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
  '{CRYPT}$2y$06$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
  '{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$Sxuu9twIRl6gI7tF7pyuGQ$anc+WcgUooxTu+PgZ82Qru/b3dQCxc8wYwtclOFqBqM',
];

const isPassword = (stored: string, password: string): Promise<boolean> =>
  verifyPassword(Buffer.from(stored), Buffer.from(password));

describe('userPassword', () => {
  it.each(schemes)('%s takes its password and no other', async (stored) => {
    expect(await isPassword(stored, 'password1')).toBe(true);
    for (const wrong of ['', 'password', 'password2', 'Password1', stored.replace('password1', 'x')]) {
      expect(await isPassword(stored, wrong)).toBe(false);
    }
  });

  it('takes DES crypt, which looks at eight characters', async () => {
    expect(await isPassword('{CRYPT}abJnggxhB/yWI', 'password1')).toBe(true);
    expect(await isPassword('{CRYPT}abJnggxhB/yWI', 'passw0rd')).toBe(false);
  });

  it.each([
    '{SSHA}!!!!',
    '{SSHA}',
    '{SHA}YQ==',
    '{CRYPT}',
    '{CRYPT}*',
    '{CRYPT}$6$',
    '{CRYPT}$2b$99$abcdefghijklmnopqrstuuLK1gFPAeic43Usbrn7P5hGgWNn0L7QG',
    '{CRYPT}$y$j9T$salt$hash',
    '{ARGON2}$argon2id$nonsense',
    '{PBKDF2}0$YQ$YQ',
    '{PBKDF2}nonsense',
    '{ROT13}cnffjbeq1',
  ])('%s is no password at all, itself included', async (stored) => {
    for (const guess of ['password1', '', stored, stored.replace(/^\{\w+\}/, '')]) {
      expect(await isPassword(stored, guess)).toBe(false);
    }
  });

  it.each(['a', 'password1', 'pässword', 'x'.repeat(100)])(
    'computes $1$, $5$ and $6$ as openssl does: %j',
    async (password) => {
      const openssl = (option: string): string =>
        execFileSync('openssl', ['passwd', option, '-salt', 'saltsalt', '-stdin'], { input: `${password}\n` })
          .toString()
          .trim();
      expect(md5Crypt(Buffer.from(password), '$1$saltsalt')).toBe(openssl('-1'));
      for (const option of ['-5', '-6']) expect(await isPassword(`{CRYPT}${openssl(option)}`, password)).toBe(true);
    },
  );
});
