import type { Backend, SearchEntry } from '../backend.ts';
import { controlOid } from '../protocol/control.ts';
import { extensionOid } from './extended-operation.ts';

/** Controls that the server itself answers or may ignore with a good conscience. */
export const serverControls: readonly string[] = [controlOid.pagedResults];

/** What this server can do, as RFC 4512 §5.1 publishes it. */
export function standardRootDse(backend: Backend, startTls: boolean): SearchEntry {
  const operational = (name: string, ...values: string[]) => ({ name, values, operational: true });
  return {
    dn: '',
    attributes: [
      { name: 'objectClass', values: ['top', 'OpenLDAProotDSE'] },
      operational('structuralObjectClass', 'OpenLDAProotDSE'),
      operational('supportedControl', ...serverControls, ...(backend.supportedControls ?? [])),
      operational(
        'supportedExtension',
        ...(startTls ? [extensionOid.startTls] : []),
        extensionOid.whoAmI,
        ...(backend.supportedExtensions ?? []),
      ),
      // All operational attributes (RFC 3673), @class in attribute lists (RFC 4529), true and false filters (RFC 4526).
      operational('supportedFeatures', '1.3.6.1.4.1.4203.1.5.1', '1.3.6.1.4.1.4203.1.5.2', '1.3.6.1.4.1.4203.1.5.3'),
      operational('supportedLDAPVersion', '3'),
      operational('entryDN', ''),
    ],
  };
}
