import ldapjs from 'ldapjs';
import type { Verdict } from './entry.ts';
import { type LdapjsRequest, untyped } from './ldapjs-server.ts';
import type { OtherFault } from './other-directory.ts';

const UNAVAILABLE = 52;
const NOTICE_OF_DISCONNECTION = '1.3.6.1.4.1.1466.20036';

/** Does what the fault asks for, and answers where it lets through, with another end where it has one. */
export function sayFirst(
  fault: OtherFault | undefined,
  { connection, messageId }: LdapjsRequest,
  answer: (instead?: Verdict & { readonly after: number }) => void,
): void {
  switch (fault?.kind) {
    case undefined:
      answer();
      break;
    case 'code':
      answer({ code: fault.code, message: fault.message ?? '', after: fault.after ?? 0 });
      break;
    case 'slow':
      setTimeout(answer, fault.milliseconds).unref();
      break;
    case 'silent':
      break;
    case 'cut':
      connection.destroy();
      break;
    case 'notice':
      connection.end(
        new untyped.ExtendedResponse({
          messageId: 0,
          status: UNAVAILABLE,
          responseName: NOTICE_OF_DISCONNECTION,
        }).toBer().buffer,
      );
      break;
    case 'intermediate':
      connection.write(intermediateResponse(messageId));
      answer();
      break;
    case 'stranger':
      connection.write(entryFor(messageId + 1_000));
      answer();
      break;
    default:
      fault satisfies never;
  }
}

/** `[APPLICATION 25]` without a name and a value, both of which are optional. */
function intermediateResponse(messageId: number): Buffer {
  const bytes = Buffer.from([0x30, 8, 0x02, 4, 0, 0, 0, 0, 0x79, 0]);
  bytes.writeInt32BE(messageId, 4);
  return bytes;
}

function entryFor(messageId: number): Buffer {
  // The types have neither these options nor what `toBer` returns in ldapjs 3.
  const SearchEntry = ldapjs.SearchEntry as unknown as new (options: {
    messageId: number;
    objectName: string;
    attributes: readonly unknown[];
  }) => { toBer(): { readonly buffer: Buffer } };
  return new SearchEntry({ messageId, objectName: 'cn=nobody-asked', attributes: [] }).toBer().buffer;
}
