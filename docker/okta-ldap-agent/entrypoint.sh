#!/bin/bash
# Registers Okta's agent with the org once, then runs it. The directory's health is waited for by compose
# (depends_on: service_healthy); what is checked here is what only this container knows.
set -euo pipefail

: "${OKTA_URL=}" "${LDAP_HOST=}" "${LDAP_PORT=389}" "${LDAP_ROOT=}" "${LDAP_ADMIN_USERNAME=}" "${LDAP_ADMIN_PASSWORD=}"
: "${LDAP_TLS=off}" "${AGENT_HOME=/opt/Okta/OktaLDAPAgent}"

problems=()
# shellcheck disable=SC1110 # the curly ones are meant
case $OKTA_URL in
  '') problems+=('OKTA_URL: is not set; example: https://integrator-1234567.okta.com') ;;
  *[\"\'“”‘’]*) problems+=('OKTA_URL: holds quotes; use none, or straight ones around it in .env') ;;
  https://https://* | https://http://*) problems+=('OKTA_URL: holds the scheme twice; keep one https://') ;;
  *[[:space:]]*) problems+=('OKTA_URL: holds a space') ;;
  https://*) ;;
  *) problems+=('OKTA_URL: must start with https://') ;;
esac
for name in LDAP_HOST LDAP_ROOT LDAP_ADMIN_USERNAME LDAP_ADMIN_PASSWORD; do
  [ -n "${!name}" ] || problems+=("$name: is not set")
done
case $LDAP_TLS in
  off) use_ssl=false ;;
  ldaps) use_ssl=true ;;
  *) problems+=("LDAP_TLS: must be off or ldaps; Okta's agent knows no StartTLS") ;;
esac
if [ ${#problems[@]} -gt 0 ]; then
  printf '%s\n' "${problems[@]}" >&2
  # 3, as the agent itself does it for a bad address of the org.
  case ${problems[0]} in OKTA_URL:*) exit 3 ;; *) exit 2 ;; esac
fi
case $LDAP_ADMIN_USERNAME in
  *=*) admin_dn=$LDAP_ADMIN_USERNAME ;;
  *) admin_dn=cn=$LDAP_ADMIN_USERNAME,$LDAP_ROOT ;;
esac

# The package brings its own Java and says where everything is: JAVA, AgentJar and ConfigFile.
export AgentInstallPrefix=$AGENT_HOME
# shellcheck source=/dev/null
. "$AGENT_HOME/scripts/defs.sh"
: "${JAVA:?$AGENT_HOME/scripts/defs.sh names no Java}" "${AgentJar:?$AGENT_HOME/scripts/defs.sh names no jar}"
: "${ConfigFile:=$AGENT_HOME/conf/OktaLDAPAgent.conf}"
umask 077

if ! grep -qs '^token *= *[^ ]' "$ConfigFile"; then
  echo "registering with $OKTA_URL: a link will be printed, good for ten minutes"
  "$JAVA" -Dagent_home="$AGENT_HOME" -jar "$AgentJar" -mode register \
    -orgUrl "$OKTA_URL" -ldapHost "$LDAP_HOST" -ldapPort "$LDAP_PORT" -ldapSSLPort "$LDAP_PORT" -ldapUseSSL "$use_ssl" \
    -ldapAdminDN "$admin_dn" -ldapAdminPassword "$LDAP_ADMIN_PASSWORD" -baseDN "$LDAP_ROOT" \
    -proxyEnabled false -sslPinningEnabled true -configFilePath "$ConfigFile"
fi
exec "$JAVA" -Dagent_home="$AGENT_HOME" -jar "$AgentJar" -mode normal -configFilePath "$ConfigFile"
