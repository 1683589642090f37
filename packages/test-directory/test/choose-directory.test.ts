import { describe, expect, it } from '@jest/globals';
import { chooseDirectory } from '../src/index.ts';

describe('the choice of a directory', () => {
  it('follows TEST_DIRECTORY', async () => {
    expect(await chooseDirectory({ TEST_DIRECTORY: 'embedded' })).toEqual({
      kind: 'embedded',
      why: 'TEST_DIRECTORY=embedded',
    });
  });

  it('refuses a kind that it does not know, and names those it knows', async () => {
    await expect(chooseDirectory({ TEST_DIRECTORY: 'slapdd' })).rejects.toMatchObject({
      code: 'bad-setting',
      message: "TEST_DIRECTORY is 'slapdd'; it can be one of: testcontainers, slapd, embedded",
    });
  });

  it('always finds one, and says why', async () => {
    const { kind, why } = await chooseDirectory({ PATH: process.env.PATH });
    expect(['testcontainers', 'slapd', 'embedded']).toContain(kind);
    expect(why).not.toBe('');
  });
});
