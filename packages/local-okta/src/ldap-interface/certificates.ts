import { createCertificateAuthority, type TlsIdentity } from '@ldap-to-okta/ldap-server';
import type { Store } from '../store/store.ts';

const NAME = 'Local Okta CA (not for production)';
const STORED_AS = 'ldap-interface-ca';

interface KeptAuthority {
  readonly caPem: string;
  readonly keyPem: string;
}

/**
 * A fresh server certificate for `names`, and the org's own certificate authority: made once and kept, so that a client
 * that trusts it does so across restarts.
 */
export function tlsIdentityFor(
  store: Store,
  names: readonly string[],
): { readonly tls: TlsIdentity; readonly caPem: string } {
  const row = store.get<{ value: string }>('SELECT value FROM org_settings WHERE key = ?', [STORED_AS]);
  const kept = row === undefined ? undefined : (JSON.parse(row.value) as KeptAuthority); // written below
  const authority = createCertificateAuthority({ commonName: NAME, ...(kept === undefined ? {} : { kept }) });
  const { caPem, keyPem } = authority;
  if (kept === undefined) {
    const value = JSON.stringify({ caPem, keyPem } satisfies KeptAuthority);
    store.run('INSERT INTO org_settings (key, value) VALUES (?, ?)', [STORED_AS, value]);
  }
  return { tls: authority.issue({ names }), caPem };
}
