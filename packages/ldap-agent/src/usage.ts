/** What `--help` says; the README has more. */
export const USAGE = `Usage: node packages/ldap-agent/dist/main.js

Connects a directory to Local Okta, outwards only. It takes no options; the environment says what to do:

  OKTA_URL                the org: http://okta.localhost:8090
  LDAP_HOST, LDAP_PORT    the directory: localhost, 389 (636 with ldaps)
  LDAP_ROOT               where its tree starts: dc=example,dc=org
  LDAP_ADMIN_USERNAME     admin for cn=admin,<LDAP_ROOT>, or a whole DN
  LDAP_ADMIN_PASSWORD
  LDAP_TLS, LDAP_CA_FILE  off, starttls or ldaps; the CA to trust, a PEM file
  AGENT_STATE_DIR         keeps the registration: .local/ldap-agent
  AGENT_NAME              what administrators see: the name of this host
  AGENT_REGISTER_AGAIN    true: registers anew when Local Okta does not know it any more
  LOG_LEVEL               trace, debug, info, warn, error, fatal or silent
  DANGEROUSLY_ALLOW_PLAINTEXT_LDAP, DANGEROUSLY_ALLOW_PLAINTEXT_OKTA
                          true: passwords may leave this computer in clear

It ends with
  0  stopped by SIGTERM or SIGINT; requests in flight were finished
  2  something in the environment is wrong
  3  a bad OKTA_URL: a typing error, an unknown host, not Local Okta
  4  an administrator chose Don't Allow
  5  the registration was taken back: start it again to register anew
  6  the registration cannot be saved
`;
