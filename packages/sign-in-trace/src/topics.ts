/** What the steps mean, for somebody who sees them for the first time. */
export const TOPICS = {
  form: {
    title: 'The sign-in form',
    text: 'The browser sends what was typed to the app. Whatever goes wrong after that, the form says the same sentence: nobody may learn from it which names exist.',
  },
  connect: {
    title: 'Connecting',
    text: 'The app opens a connection and, over TLS, checks who is at the other end: the certificate must be of an authority that the app trusts, still be valid, and name the host. Connections are kept, so most sign-ins need no new one.',
  },
  'service-bind': {
    title: 'Binding as the service account',
    text: 'To bind is how LDAP signs in: a distinguished name and a password. The app first binds as an account of its own, which may search for people. A directory that everybody may read needs none.',
  },
  'user-search': {
    title: 'Searching for the person',
    text: 'What was typed is no distinguished name. The app searches for one entry that has it: below a base, with a filter. Exactly one entry must be found.',
  },
  'user-bind': {
    title: 'Binding as the person',
    text: 'The password is right if the directory lets the app bind with it as the entry that was found. The app never reads the password that the directory keeps.',
  },
  decoy: {
    title: 'A bind that must fail',
    text: 'When nobody has the name, the app tries a made-up one all the same: an unknown name must take as long as a wrong password, or time would tell which names exist.',
  },
  'group-search': {
    title: 'Searching for groups',
    text: 'Groups name their members. The app searches for those that name the entry that was found, beside the bind to save time; what it finds counts for nothing unless the bind succeeds.',
  },
  redirect: {
    title: 'Sent to Okta',
    text: 'The app sends the browser to Okta with a request to sign somebody in: for which app, with which scopes, and where to come back to. No password passes through the app.',
  },
  'sign-in-page': {
    title: "Okta's sign-in page",
    text: 'Okta asks for the user name and the password, and keeps a session of its own: a second app of the same browser is signed in without being asked.',
  },
  delegated: {
    title: 'Delegated authentication',
    text: 'Okta does not know the password. It asks the LDAP agent, which stands beside the directory and called Okta first; the directory opens no port to the outside.',
  },
  'own-password': {
    title: 'Okta alone',
    text: 'After the cut-over Okta judges passwords itself, by a hash of its own. Agent and directory are not asked.',
  },
  hook: {
    title: 'The password import inline hook',
    text: "At somebody's first sign-in after the cut-over Okta asks a service of the company whether the password is right, and then keeps a hash of it.",
  },
  'sent-back': {
    title: 'Sent back with a code',
    text: 'Okta sends the browser back to the redirect URI, with a code that is good once and for a short time, or with an error.',
  },
  exchange: {
    title: 'Exchanging the code',
    text: "The app itself asks Okta for tokens: the code, with the app's client credentials and the PKCE verifier. It checks the ID token's signature, issuer, audience and nonce before it believes who somebody is.",
  },
  session: {
    title: 'The session',
    text: 'The browser gets a new session id at each sign-in, so that one which somebody planted before is worth nothing.',
  },
} as const satisfies Record<string, { readonly title: string; readonly text: string }>;

export type Topic = keyof typeof TOPICS;
