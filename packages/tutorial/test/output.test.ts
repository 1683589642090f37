import { describe, expect, it } from '@jest/globals';
import { missingFrom } from '../src/walk/output.ts';
import { withoutChance } from '../src/walk/picture.ts';
import { portsFrom } from '../src/walk/ports.ts';

describe('what a command prints', () => {
  const printed = '\n> banner\n  URL         What\n\u001b[32m  :8080   it (ok)\u001b[0m\nready in 12 ms\n';

  it.each([[['URL What', ':8080 it (ok)']], [['…', 'ready in … ms']], [['ready in … ms', '…', 'URL   What']], [[]]])(
    'is found whatever the blanks: %j',
    (expected) => expect(missingFrom(printed, expected)).toBeUndefined(),
  );

  it.each([
    [['URL What', 'ready in … ms'], 'URL What\nready in … ms'],
    [['URL'], 'URL'],
    [['…', ':8081 it (ok)', '…'], ':8081 it (ok)'],
    [['.8080 it (ok)'], '.8080 it (ok)'],
  ])('is missed when it is not there: %j', (expected, missing) => expect(missingFrom(printed, expected)).toBe(missing));
});

describe('other ports than the pages name', () => {
  const ports = portsFrom(18_800);

  it('take their place, and are taken back', () => {
    const text = 'http://localhost:8080 ldaps://localhost:8636 PORT=8082';
    expect(ports.here(text)).toBe('http://localhost:18800 ldaps://localhost:18804 PORT=18802');
    expect(ports.onPage(ports.here(text))).toBe(text);
  });

  it('leave other numbers alone', () => {
    for (const text of ['80800', '1.8080', 'user8080x1389', 'integrator-1234567']) {
      expect(ports.here(text)).toBe(text);
    }
  });

  it('are those of the pages where none are asked for', () => expect(portsFrom(undefined).here(':8080')).toBe(':8080'));
});

describe('the text beside a picture', () => {
  it('has nothing that chance or the clock decides', () => {
    expect(
      withoutChance(
        '00uAbC123def456GHI7j 0oa6qvmxznVl4KFXe5d7 2026-11-26T11:22:33.123Z "26 Nov 2026" Thu, 26 Nov 2026 11:22:33 GMT 12 ms code=ABCD1234 1795694298 -aBcdefghijklmnopqrs_u',
      ),
    ).toBe('<id> 0oa6qvmxznVl4KFXe5d7 <time> "26 Nov 2026" <time> <duration> code=<code> <time> <id>');
  });

  it('keeps what a page says', () => {
    const text =
      '- heading "Welcome home, user01!" [level=1]: 3 users scanned, ou=users,dc=example,dc=org OKTA_LDAP_USERNAME_OF_MINE preferred_username_claim';
    expect(withoutChance(text)).toBe(text);
  });
});
