#!/bin/bash
# Healthy means: the administrator can bind over verified TLS and read the directory's own entry.
set -euo pipefail

: "${LDAP_ROOT=dc=example,dc=org}"
: "${LDAP_ADMIN_USERNAME=admin}"
: "${LDAP_ADMIN_PASSWORD=adminpassword}"
: "${LDAP_CERTS_DIR=/certs}"
declare +x LDAP_ADMIN_PASSWORD

case $LDAP_ADMIN_USERNAME in
  *=*) admin_dn=$LDAP_ADMIN_USERNAME ;;
  *) admin_dn=cn=$LDAP_ADMIN_USERNAME,$LDAP_ROOT ;;
esac
export LDAPTLS_CACERT=$LDAP_CERTS_DIR/ca.pem
exec ldapsearch -x -LLL -H ldaps://localhost:1636 -o nettimeout=3 -D "$admin_dn" -y <(printf '%s' "$LDAP_ADMIN_PASSWORD") \
  -s base -b "$LDAP_ROOT" 1.1
