import { describe, expect, it } from '@jest/globals';
import { contentStart, elementEnd } from '../src/ber.ts';
import { createEntryRows, type EntryRows } from '../src/entry-rows.ts';
import { attribute, raw, text, tlv } from './ldap-messages.ts';

const ATTRIBUTES = ['entryUUID', 'mail', 'member'];
const entry = (dn: string | Buffer, ...attributes: readonly Buffer[]): Buffer =>
  tlv(0x64, tlv(0x04, Buffer.from(dn)), tlv(0x30, ...attributes));

function add(rows: EntryRows, one: Buffer): boolean {
  const end = elementEnd(one, 0, one.length);
  return end === one.length && rows.add(one, contentStart(one, 0), end);
}

function rowsOf(...entries: readonly Buffer[]): unknown {
  const rows = createEntryRows(ATTRIBUTES);
  for (const one of entries) expect(add(rows, one)).toBe(true);
  expect(rows.count).toBe(entries.length);
  return JSON.parse(rows.take().toString());
}

describe('entries as rows', () => {
  it('have their values in the order of the question, whatever their own', () => {
    expect(
      rowsOf(
        entry('cn=a', attribute('mail', 'a@x'), attribute('ENTRYuuid', '1')),
        entry('cn=b', attribute('entryUUID', '2'), attribute('other', 'z'), attribute('member', 'c', 'd')),
        entry('cn=c', attribute('member'), raw(0x30, 4, 4, 2, 0x6d, 0x78)),
        entry('cn=d'),
      ),
    ).toEqual([
      ['cn=a', '1', 'a@x', null],
      ['cn=b', '2', null, ['c', 'd']],
      ['cn=c', null, null, null],
      ['cn=d', null, null, null],
    ]);
  });

  it.each([
    '',
    'O"Neil\\',
    'Änna Ö 🐧',
    '\u0000\u0001\u001f\u007f',
    'a\nb\t\u2028',
    'x'.repeat(300_000),
    '"'.repeat(90_000),
  ])('keep every text as it is (%#)', (value) => {
    expect(rowsOf(entry(`cn=${value}`, attribute('mail', value), attribute('member', 'one', value)))).toEqual([
      [`cn=${value}`, null, value, ['one', value]],
    ]);
  });

  it('leave out attributes of which a value is no UTF-8', () => {
    const jpeg = raw(0xff, 0xd8, 0xff);
    expect(rowsOf(entry(raw(0x63, 0xff), attribute('mail', jpeg), attribute('member', 'one', jpeg, 'two')))).toEqual([
      ['c\uFFFD', null, null, null],
    ]);
  });

  it('are taken page by page', () => {
    const rows = createEntryRows(ATTRIBUTES);
    expect(rows.take().toString()).toBe('[]');
    add(rows, entry('cn=a'));
    const first = rows.take();
    add(rows, entry('cn=b'));
    expect([first, rows.take()].map(String)).toEqual(['[["cn=a",null,null,null]]', '[["cn=b",null,null,null]]']);
  });

  it('are refused when malformed', () => {
    for (const malformed of [
      tlv(0x64, text('cn=a'), tlv(0x31)),
      tlv(0x64, text('cn=a'), tlv(0x30), text('more')),
      tlv(0x64, tlv(0x30), tlv(0x30)),
      entry('cn=a', tlv(0x31, text('mail'), tlv(0x31))),
      entry('cn=a', tlv(0x30, text('mail'), tlv(0x30, text('value')))),
      entry('cn=a', tlv(0x30, text('mail'), tlv(0x31, tlv(0x02)))),
      entry('cn=a', tlv(0x30, text('mail'), tlv(0x31), text('more'))),
      entry('cn=a', tlv(0x30, text('mail'), tlv(0x31, raw(4, 0x7f, 0x41)))),
      entry('cn=a', tlv(0x30, text('mail'), tlv(0x31, raw(4, 0x80)))),
      entry('cn=a', raw(0x30)),
    ]) {
      expect(add(createEntryRows(ATTRIBUTES), malformed)).toBe(false);
    }
  });

  it('are JSON or refused, whatever bytes come', () => {
    const next = random(20_261_126);
    const whole = entry(
      'cn=Änna,dc=x',
      attribute('entryUUID', '1'),
      attribute('mail', 'a@x', 'Ö"'),
      attribute('member'),
      attribute('jpegPhoto', raw(0xff, 0xd8)),
    );
    const rows = createEntryRows(ATTRIBUTES);
    let refused = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(whole);
      for (let changes = 1 + next(3); changes > 0; changes -= 1) bytes[next(bytes.length)] = next(256);
      const one = next(4) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
      // Whatever its outer length says: the guard has compared it with what there is.
      if (!rows.add(one, Math.min(6, one.length), one.length)) refused += 1;
    }
    const found: unknown = JSON.parse(rows.take().toString());
    expect(found).toHaveLength(20_000 - refused);
    for (const row of found as unknown[][]) expect(row).toHaveLength(1 + ATTRIBUTES.length);
    expect(refused).toBeGreaterThan(1_000);
    expect(refused).toBeLessThan(19_000);
  });
});

/** The same numbers each time: a failure can be looked at. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
