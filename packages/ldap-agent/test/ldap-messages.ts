/** Messages as a directory sends them, put together by hand: malformed ones as well. */
export const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(5, 0x84);
  length.writeUInt32BE(content.length, 1);
  return Buffer.concat([Buffer.from([tag]), length, content]);
};
export const raw = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);
export const text = (value: string): Buffer => tlv(0x04, Buffer.from(value));
export const message = (id: number, ...parts: readonly Buffer[]): Buffer => tlv(0x30, raw(2, 1, id), ...parts);
export const SUCCESS = raw(0x0a, 1, 0, 4, 0, 4, 0);
export const bound = (id: number): Buffer => message(id, tlv(0x61, SUCCESS));
export const done = (id: number, ...controls: readonly Buffer[]): Buffer =>
  message(id, tlv(0x65, SUCCESS), ...controls);
export const attribute = (name: string, ...values: readonly (string | Buffer)[]): Buffer =>
  tlv(0x30, text(name), tlv(0x31, ...values.map((value) => tlv(0x04, Buffer.from(value)))));
export const entry = (id: number, ...attributes: readonly Buffer[]): Buffer =>
  message(id, tlv(0x64, text('cn=a,dc=x'), tlv(0x30, ...attributes)));
