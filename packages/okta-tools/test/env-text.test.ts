import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { setInEnvText } from '../src/env-text.ts';
import { ToolError } from '../src/tool-error.ts';

const ISSUER = 'http://localhost:8090/oauth2/default';
const VALUES = { ISSUER, CLIENT_ID: '0oaNew', CLIENT_SECRET: 'new-Secret_1' };

/** Texts as people keep them, and what has to come out. */
const cases: readonly (readonly [name: string, before: string, after: string])[] = [
  ['an empty file', '', `ISSUER=${ISSUER}\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\n`],
  [
    'comments and order',
    '# who\nCLIENT_SECRET=old\n\n# where\nISSUER=old # the issuer\nPORT=1\nCLIENT_ID=old\n# end\n',
    `# who\nCLIENT_SECRET=new-Secret_1\n\n# where\nISSUER=${ISSUER} # the issuer\nPORT=1\nCLIENT_ID=0oaNew\n# end\n`,
  ],
  [
    'Windows line ends',
    'A=1\r\nCLIENT_ID=old\r\nISSUER=\r\n',
    `A=1\r\nCLIENT_ID=0oaNew\r\nISSUER=${ISSUER}\r\nCLIENT_SECRET=new-Secret_1\r\n`,
  ],
  [
    'a last line without its end',
    'CLIENT_SECRET=old\nISSUER=old\nCLIENT_ID=old',
    `CLIENT_SECRET=new-Secret_1\nISSUER=${ISSUER}\nCLIENT_ID=0oaNew`,
  ],
  [
    'a last line without its end, and more to add',
    'A=1',
    `A=1\nISSUER=${ISSUER}\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\n`,
  ],
  [
    'quotes, blanks and export',
    `export ISSUER="old"\n  CLIENT_ID = 'old'  # id\nCLIENT_SECRET=\`old\`\n`,
    `export ISSUER="${ISSUER}"\n  CLIENT_ID = '0oaNew'  # id\nCLIENT_SECRET=new-Secret_1\n`,
  ],
  [
    'a variable that stands there twice: the last one counts',
    'ISSUER=one\nISSUER=two\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\n',
    `ISSUER=one\nISSUER=${ISSUER}\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\n`,
  ],
  [
    'values of several lines, which hold no assignments',
    'KEY="one\nISSUER=inside\n# CLIENT_ID=inside\n"\nISSUER=old\nCLIENT_ID=old\nCLIENT_SECRET=old\n',
    `KEY="one\nISSUER=inside\n# CLIENT_ID=inside\n"\nISSUER=${ISSUER}\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\n`,
  ],
  [
    'names that only begin alike',
    'MY_ISSUER=x\nISSUER_URL=x\nISSUER=x\nCLIENT_ID=x\nCLIENT_SECRET_OLD=x\nCLIENT_SECRET=x\n',
    `MY_ISSUER=x\nISSUER_URL=x\nISSUER=${ISSUER}\nCLIENT_ID=0oaNew\nCLIENT_SECRET_OLD=x\nCLIENT_SECRET=new-Secret_1\n`,
  ],
  [
    'a commented default, below which the value goes',
    '# ISSUER=http://example\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\nPORT=8080\n',
    `# ISSUER=http://example\nISSUER=${ISSUER}\nCLIENT_ID=0oaNew\nCLIENT_SECRET=new-Secret_1\nPORT=8080\n`,
  ],
];

describe('A .env file', () => {
  it.each(cases)('with %s', (_name, before, after) => {
    const { text } = setInEnvText(before, VALUES);
    expect(text).toBe(after);
    expect(parseEnv(text)).toMatchObject(VALUES);
  });

  it.each(cases)('is left alone the second time: %s', (_name, _before, after) => {
    expect(setInEnvText(after, VALUES)).toMatchObject({ text: after, changed: [] });
  });

  it('says what stands there more than once', () => {
    expect(setInEnvText('CLIENT_ID=a\nCLIENT_ID=b\n', VALUES).repeated).toEqual(['CLIENT_ID']);
  });

  it.each(['with space', 'hash#mark', 'dollar$NAME', 'quote"inside', "single'quote", '${BRACES}'])(
    'brings the value %s across, for Node as for the next reader',
    (value) => {
      expect(parseEnv(setInEnvText('A=1\nSECRET="old"\n', { SECRET: value }).text).SECRET).toBe(value);
    },
  );

  it('refuses a value that no quotes hold, without repeating it', () => {
    const secret = `all'of"them$\\`;
    const attempt = (): unknown => setInEnvText('', { SECRET: secret });
    expect(attempt).toThrow(ToolError);
    expect(attempt).not.toThrow(secret);
  });
});
