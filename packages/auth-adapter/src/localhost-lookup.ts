import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * A `lookup` for sockets that finds `*.localhost` (RFC 6761 section 6.3) where the system's resolver does not, as in
 * many minimal images. The resolver is asked first: in Compose, `okta.localhost` is another container.
 */
export const lookupLocalhost: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, options, (error, address, family) => {
    if (error === null || !hostname.endsWith('.localhost')) {
      callback(error, address, family);
    } else if (options.all) {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    } else {
      callback(null, '127.0.0.1', 4);
    }
  });
};
