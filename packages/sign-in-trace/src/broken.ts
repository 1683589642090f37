/** What is broken, in words; `{peer}` is whom the app asks. */
export interface Breakage {
  readonly title: string;
  readonly text: string;
  readonly advice: string;
}

const UNREACHABLE = {
  title: '{peer} cannot be reached',
  text: 'The app got no connection. Nobody looked at the password, so this says nothing about it.',
};
const NOT_TRUSTED =
  'The app checked who is at the other end before it sent anything secret, did not like what it saw, and stopped. Nobody looked at the password.';
const SETTING = 'Nobody looked at the password. It stays like this until somebody changes a setting.';

const BY_DETAIL: Readonly<Record<string, Breakage>> = {
  'certificate-untrusted': {
    title: 'The certificate of {peer} is not trusted',
    text: `${NOT_TRUSTED} The certificate is signed by an authority that the app does not know.`,
    advice:
      'Name the PEM file of that authority: LDAP_CA_FILE for a directory, OKTA_LDAP_CA_FILE for the LDAP Interface.',
  },
  'certificate-expired': {
    title: 'The certificate of {peer} has expired',
    text: NOT_TRUSTED,
    advice: 'Renew the certificate, or set the clock of this computer.',
  },
  'certificate-not-yet-valid': {
    title: 'The certificate of {peer} is not valid yet',
    text: NOT_TRUSTED,
    advice: 'Set the clock of this computer, or wait.',
  },
  'certificate-name-mismatch': {
    title: 'The certificate of {peer} is for another host name',
    text: NOT_TRUSTED,
    advice: 'Reach it by a name that stands in the certificate, or make a certificate with this name.',
  },
  'connection-refused': {
    ...UNREACHABLE,
    advice: 'Nothing listens at that host and port: is it running, and is the port right?',
  },
  'host-not-found': { ...UNREACHABLE, advice: 'The host name is not known: look for a typo in it.' },
  'host-unreachable': { ...UNREACHABLE, advice: 'No way leads there: look at network, VPN and firewall.' },
  'connect-timeout': { ...UNREACHABLE, advice: 'Nobody answers: look at firewall and port.' },
  'tls-handshake': {
    title: 'The app and {peer} do not agree on TLS',
    text: SETTING,
    advice:
      'A port without TLS was asked with it, or the other way round: 636 and 1636 are for LDAPS, 389 and 1389 are not.',
  },
  'starttls-refused': {
    title: '{peer} refuses StartTLS',
    text: SETTING,
    advice: 'Use LDAP_TLS=ldaps and the port for it.',
  },
  'confidentiality-required': {
    title: '{peer} wants TLS',
    text: SETTING,
    advice: 'Set LDAP_TLS to starttls or ldaps.',
  },
  'service-bind-failed': {
    title: 'The service account is refused',
    text: "The app could not sign in itself, so it could not search for anybody. It is the password of the app's own account, not that of the person, which nobody has looked at.",
    advice: 'Look at LDAP_BIND_DN and LDAP_BIND_PASSWORD, or at OKTA_LDAP_USERNAME and OKTA_LDAP_PASSWORD.',
  },
  'wrong-base': {
    title: 'The search base does not exist',
    text: SETTING,
    advice:
      'Look at LDAP_ROOT, LDAP_USER_BASE and LDAP_GROUP_BASE, or at OKTA_LDAP_BASE and OKTA_LDAP_ID, for a typo or a space.',
  },
  'insufficient-access': {
    title: 'The service account may not read what it has to',
    text: SETTING,
    advice: 'Give it the right to read people and groups: in Okta, a role with both.',
  },
  'bind-required': {
    title: '{peer} lets nobody search without a bind',
    text: SETTING,
    advice: 'Name a service account: LDAP_BIND_DN and LDAP_BIND_PASSWORD.',
  },
  'ambiguous-user': {
    title: 'Two entries have this name',
    text: 'The app cannot tell which of them is meant, so it tried the password of neither.',
    advice: 'Type a name that belongs to one alone, or make LDAP_USER_FILTER stricter.',
  },
  'admin-limit': {
    title: '{peer} limits how often one account may bind',
    text: "Okta's LDAP Interface takes four binds a second for one user. The app tried again for a while.",
    advice: 'Try again in a moment.',
  },
  deadline: {
    title: '{peer} is too slow',
    text: 'The sign-in has a time limit, and it was over. Nobody can say whether the password was right.',
    advice: 'See which step below took so long.',
  },
  'issuer-mismatch': {
    title: 'Okta calls itself by another name',
    text: SETTING,
    advice:
      'ISSUER must be to the letter what the discovery document says: with or without /oauth2/default, localhost or 127.0.0.1.',
  },
  invalid_client: {
    title: 'Okta does not accept the client credentials of this app',
    text: 'The person was signed in at Okta, and then the app could not prove who it is itself.',
    advice: 'Look at CLIENT_ID and CLIENT_SECRET.',
  },
  'redis-unavailable': {
    title: 'Sessions cannot be kept',
    text: 'The app cannot reach its session store.',
    advice: 'Look at REDIS_URL.',
  },
};

/** Others by the code that they belong to. */
const BY_CODE: Readonly<Record<string, Breakage>> = {
  misconfigured: {
    title: 'A setting of {peer} or of the app is wrong',
    text: SETTING,
    advice: 'The log of the app has the cause.',
  },
  timeout: { ...BY_DETAIL.deadline, advice: 'See which step below took so long.' } as Breakage,
  unavailable: { ...UNREACHABLE, title: '{peer} cannot answer', advice: 'The log of the app has the cause.' },
  'size-limit': {
    title: '{peer} cut a search short',
    text: SETTING,
    advice: 'Raise its size limit for the service account.',
  },
};

/** `peer` as it stands within a sentence: `the directory`. */
export function breakageOf(code: string, detail: string, peer: string): Breakage {
  const idToken = detail.startsWith('id-token-');
  const found =
    BY_DETAIL[detail] ??
    BY_DETAIL[code] ??
    (idToken
      ? {
          title: 'The ID token is not accepted',
          text: 'Okta signed somebody in, and the app does not believe the token. It checks signature, issuer, audience, nonce and time.',
          advice: 'Look at ISSUER and CLIENT_ID, and at the clock of this computer.',
        }
      : BY_CODE[code]);
  const { title, text, advice } = found ?? {
    title: 'Something unexpected went wrong',
    text: SETTING,
    advice: 'The log of the app has the cause.',
  };
  return {
    title: withPeer(title, peer),
    text,
    advice: `${advice} Code ${code}${detail === code ? '' : `, detail ${detail}`}.`,
  };
}

function withPeer(title: string, peer: string): string {
  const text = title.replace('{peer}', peer);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
