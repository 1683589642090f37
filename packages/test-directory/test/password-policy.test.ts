import { expect, it } from '@jest/globals';
import { codeOf, contract } from './each-directory.ts';
import { control, message, RawConnection, simpleBind } from './raw-ldap.ts';

const users = 'ou=users,dc=example,dc=org';
const policyOid = '1.3.6.1.4.1.42.2.27.8.5.1';

contract('password policy', (directory) => {
  /** Binds with the control of draft-behera-ldap-password-policy and returns what came back in it. */
  const bind = async (
    name: string,
    password: string,
  ): Promise<{ code: number | undefined; control: string | undefined }> => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, simpleBind(`cn=${name},${users}`, password), control(policyOid)));
    const answer = await connection.next();
    connection.end();
    return { code: answer?.code, control: answer && policyValue(answer.bytes) };
  };

  it.each([
    ['a locked account with the right password', 'locked', 'password1', 49, '3003810101'],
    ['a locked account with a wrong password', 'locked', 'wrong', 49, '3003810101'],
    ['a password that has run out', 'expired', 'password1', 49, '3003810100'],
    ['a password that must be changed', 'must-change', 'password1', 0, '3003810102'],
    ['a wrong password of one that must be changed', 'must-change', 'wrong', 49, undefined],
    ['a user to whom nothing applies', 'user01', 'password1', 0, undefined],
    ['a wrong password', 'user01', 'wrong', 49, undefined],
    ['a user who is not there', 'nobody', 'password1', 49, undefined],
  ])('answers to %s', async (_, name, password, code, value) => {
    expect(await bind(name, password)).toEqual({ code, control: value });
  });

  it('does not say that an account is locked to a client that did not ask', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, simpleBind(`cn=locked,${users}`, 'password1')));
    const answer = await connection.next();
    expect(answer?.code).toBe(49);
    expect(answer && policyValue(answer.bytes)).toBeUndefined();
    connection.end();
  });

  it('lets one who must change the password do nothing else', async () => {
    await directory().with(async (client) => {
      await client.bind(`cn=must-change,${users}`, 'password1');
      expect(await codeOf(client.search(users, { filter: '(uid=user01)' }))).toBe(50);
      expect(await codeOf(client.compare(`cn=user01,${users}`, 'uid', 'user01'))).toBe(50);
    });
  });

  it('counts down the sign-ins that are left after a password has run out', async () => {
    expect(await bind('grace', 'wrong')).toMatchObject({ code: 49 });
    expect(await bind('grace', 'password1')).toEqual({ code: 0, control: '3005a003810101' });
    expect(await bind('grace', 'password1')).toEqual({ code: 0, control: '3005a003810100' });
    expect(await bind('grace', 'password1')).toEqual({ code: 49, control: '3003810100' });
  });

  it('locks an account after three wrong passwords where its policy says so', async () => {
    expect(await bind('guessed', 'password1')).toMatchObject({ code: 0 });
    for (let guess = 0; guess < 3; guess++) expect(await bind('guessed', 'wrong')).toMatchObject({ code: 49 });
    expect(await bind('guessed', 'password1')).toEqual({ code: 49, control: '3003810101' });
  });

  it('locks nobody else by wrong passwords', async () => {
    for (let guess = 0; guess < 20; guess++) expect(await bind('user02', 'wrong')).toMatchObject({ code: 49 });
    expect(await bind('user02', 'password2')).toEqual({ code: 0, control: undefined });
  });
});

/**
 * The control's value in hexadecimal: what follows its name, as the last element of the message. One that says nothing
 * (3000) is as good as none; slapd sends it for people that exist, which another server need not give away.
 */
function policyValue(bytes: Buffer): string | undefined {
  const at = bytes.indexOf(policyOid);
  if (at < 0) return undefined;
  const value = at + policyOid.length;
  const hex = bytes[value] === 0x04 ? bytes.subarray(value + 2).toString('hex') : '';
  return hex === '3000' ? undefined : hex;
}
