#!/bin/bash
# Starts OpenLDAP: checks the settings, makes the certificates, loads the LDIFs once, then becomes slapd.
# The container runs it with its defaults; the tests run the same file on a host that has slapd, with other folders
# and ports, so that what is tested there is what is shipped here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/usr/libexec
export LC_ALL=C

admin_dn=''
: "${LDAP_ROOT=dc=example,dc=org}"
: "${LDAP_ADMIN_USERNAME=admin}"
: "${LDAP_ADMIN_PASSWORD=adminpassword}"
: "${LDAP_TLS_NAMES=}"
: "${LDAP_LOG_LEVEL=none}"
: "${LDAP_LDIFS_DIR=/ldifs}"
: "${LDAP_DATA_DIR=/var/lib/openldap}"
: "${LDAP_CERTS_DIR=/certs}"
: "${LDAP_LISTEN=ldap://:1389/ ldaps://:1636/}"
# The password reaches slappasswd and ldapadd through a file descriptor: never an argument, never their environment.
declare +x LDAP_ADMIN_PASSWORD

say() { printf 'openldap: %s\n' "$*"; }
fail() { printf 'openldap: %s\n' "$@" >&2; exit 78; }
admin_password() { printf '%s' "$LDAP_ADMIN_PASSWORD"; }

# shellcheck source-path=SCRIPTDIR
. "$here/settings.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/certificates.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/slapd-config.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/first-load.sh"

# As process 1 bash would ignore these; a stop during the first load must end it at once.
trap 'stop_loading; exit 143' TERM
trap 'stop_loading; exit 130' INT

check_settings
umask 077
take_the_folder
make_certificates
if [ ! -e "$LDAP_DATA_DIR/database" ]; then
  load_once
elif [ "$(cat "$LDAP_DATA_DIR/database/root-dn")" != "$LDAP_ROOT" ]; then
  fail "$LDAP_DATA_DIR holds a directory for $(cat "$LDAP_DATA_DIR/database/root-dn"), and LDAP_ROOT is $LDAP_ROOT." \
    "Put LDAP_ROOT back, or remove the volume to load $LDAP_LDIFS_DIR again."
else
  say "the directory is loaded already; $LDAP_LDIFS_DIR was not read"
fi
write_config "$LDAP_DATA_DIR/database" safe

say "serving $LDAP_ROOT at $LDAP_LISTEN; the CA to trust is $LDAP_CERTS_DIR/ca.pem"
exec env -i PATH="$PATH" LC_ALL=C "$(command -v slapd)" -F "$LDAP_DATA_DIR/config" -h "$LDAP_LISTEN" -d "$LDAP_LOG_LEVEL"
