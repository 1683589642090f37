import { describe, expect, it } from '@jest/globals';
import { LdifError, parseLdif } from '../src/index.ts';

const values = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    (parseLdif(text)[0]?.attributes ?? []).map(({ name, values: all }) => [
      name,
      all.map((value) => value.toString('utf8')),
    ]),
  );

describe('LDIF', () => {
  it('reads version, comments, folds, base64, many values and CRLF', () => {
    const text = [
      'version: 1',
      '# a comment',
      '  that is folded',
      'dn: cn=a,dc=ex',
      ' ample',
      'objectClass: top',
      'cn:: w7HDoQ==',
      'objectclass: person',
      '# in between',
      'description:  two  spaces ',
      'empty:',
      '',
      '',
      'dn:: Y249YixkYz1leGFtcGxl',
      'changetype: add',
      'cn;lang-en: b',
    ];
    for (const end of ['\n', '\r\n']) {
      const records = parseLdif(text.join(end));
      expect(records.map(({ dn, line }) => [dn, line])).toEqual([
        ['cn=a,dc=example', 4],
        ['cn=b,dc=example', 14],
      ]);
      expect(values(text.join(end))).toEqual({
        objectClass: ['top', 'person'],
        cn: ['ñá'],
        description: ['two  spaces '],
        empty: [''],
      });
      expect(records[1]?.attributes).toMatchObject([{ name: 'cn;lang-en' }]);
    }
  });

  it.each([
    ['dn: dc=x\ndc: x\nphoto:< file:///etc/passwd', 3, 'values from URLs'],
    ['dn: dc=x\nchangetype: modify\nreplace: x\n-', 2, '"changetype: modify" cannot be loaded'],
    ['dn: dc=x\nchangetype: delete', 2, '"changetype: delete" cannot be loaded'],
    ['dn: dc=x\ncn:: not base64!', 2, 'not base64'],
    ['dn: dc=x\nno colon', 2, 'not "attribute: value"'],
    ['cn: x', 1, 'must begin with "dn:"'],
    ['dn: dc=x\ndc: x\ndn: dc=y\ndc: y', 3, 'a blank line is missing'],
    ['dn: dc=x', 1, 'an entry without attributes'],
    ['version: 2\n\ndn: dc=x\ndc: x', 1, 'version 2 is unknown'],
    ['\n folded', 2, 'continues nothing'],
  ])('says file, line and reason of %j', (text, line, reason) => {
    let failure: unknown;
    try {
      parseLdif(text, { file: 'people.ldif' });
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(LdifError);
    expect(failure).toMatchObject({ file: 'people.ldif', line, message: expect.stringContaining(reason) });
    expect(String((failure as LdifError).message)).toMatch(/^people\.ldif:\d+: [^\n]+$/);
  });

  it('does not repeat a password that stands on a broken line', () => {
    expect(() => parseLdif('dn: dc=x\nuserPassword  hunter2secret')).toThrow(/^(?!.*hunter2).*$/s);
  });
});
