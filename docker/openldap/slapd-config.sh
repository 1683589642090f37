# shellcheck shell=bash
# Writes slapd's whole configuration anew at every start, so that the environment is the only place to change it.

# write_config DATABASE-FOLDER safe|bulk
write_config() {
  local database=$1 mode=$2 config=$LDAP_DATA_DIR/config policies=$LDAP_DATA_DIR/policies words
  rm -rf "$config" "$policies"
  mkdir -p "$config" "$policies"
  words=$(slapadd -F "$config" -n 0 -l <(config_ldif "$database" "$policies" "$mode") 2>&1) ||
    fail "slapd does not take its configuration:" "$words"
  words=$(slapadd -F "$config" -b cn=policies -l <(policies_ldif) 2>&1) ||
    fail "slapd does not take its password policy:" "$words"
}

first_folder_with() {
  local wanted=$1 folder
  shift
  for folder in "$@"; do
    [ ! -e "$folder/$wanted" ] || { printf '%s' "$folder"; return; }
  done
  fail "OpenLDAP's $wanted is in none of: $*. Install slapd and its contributed modules (Debian: slapd slapd-contrib)."
}

# TLS 1.2 and newer. Debian's OpenLDAP is built on GnuTLS, which passes over the setting that others know.
tls_versions() {
  local libraries
  # Not by `ldd | grep -q`: under pipefail that fails where grep has seen enough before ldd has said all.
  libraries=$(ldd "$(command -v slapd)")
  if [[ $libraries == *gnutls* ]]; then
    echo 'olcTLSCipherSuite: NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2'
  else
    echo 'olcTLSProtocolMin: 3.3'
  fi
}

# olcLogLevel 0, because the log is what -d prints: by default slapd looks for a syslog too, ten times for each sign-in.
config_ldif() {
  local modules schema hash
  modules=$(first_folder_with pw-pbkdf2.so /usr/lib/ldap /usr/lib64/openldap /usr/lib/openldap)
  schema=$(first_folder_with inetorgperson.ldif /etc/ldap/schema /etc/openldap/schema)
  hash=$(slappasswd -o "module-path=$modules" -o module-load=pw-sha2 -h '{SSHA512}' -n -T <(admin_password))
  cat <<LDIF
dn: cn=config
objectClass: olcGlobal
cn: config
olcTLSCACertificateFile: $LDAP_DATA_DIR/tls/ca.pem
olcTLSCertificateFile: $LDAP_DATA_DIR/tls/server.pem
olcTLSCertificateKeyFile: $LDAP_DATA_DIR/tls/server.key
olcTLSVerifyClient: never
$(tls_versions)
olcIdleTimeout: 0
olcLogLevel: 0
olcSockbufMaxIncoming: 262143
olcSockbufMaxIncomingAuth: 4194303

dn: cn=module{0},cn=config
objectClass: olcModuleList
cn: module{0}
olcModulePath: $modules
olcModuleLoad: back_mdb
olcModuleLoad: ppolicy
olcModuleLoad: memberof
olcModuleLoad: pw-sha2
olcModuleLoad: pw-pbkdf2
olcModuleLoad: argon2

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file://$schema/core.ldif
include: file://$schema/cosine.ldif
include: file://$schema/nis.ldif
include: file://$schema/inetorgperson.ldif

# A password that is set in clear is stored with this scheme.
dn: olcDatabase={-1}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {-1}frontend
olcPasswordHash: {SSHA512}
olcAccess: to dn.base="" by * read
olcAccess: to dn.base="cn=Subschema" by * read
olcAccess: to * by * none
olcSizeLimit: 1000

dn: olcDatabase={0}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {0}config
olcAccess: to * by * none

dn: olcDatabase={1}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {1}mdb
olcSuffix: $LDAP_ROOT
olcRootDN: $admin_dn
olcRootPW: $hash
olcDbDirectory: $1
olcDbMaxSize: 8589934592
olcDbIndex: objectClass,entryUUID,entryCSN,modifyTimestamp,memberOf eq
olcDbIndex: uid,cn,mail eq,sub
olcDbIndex: sn,givenName eq
olcDbIndex: member,uniqueMember,memberUid,uidNumber,gidNumber eq
$([ "$3" = safe ] && echo 'olcDbCheckpoint: 512 5' || echo 'olcDbEnvFlags: nosync')
olcAccess: to attrs=userPassword by self =xw by anonymous auth by * none
olcAccess: to attrs=pwdHistory,pwdFailureTime,pwdAccountLockedTime,pwdChangedTime,pwdReset,pwdGraceUseTime,pwdPolicySubentry
  by self read by * none
olcAccess: to * by * read

dn: olcOverlay=ppolicy,olcDatabase={1}mdb,cn=config
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: cn=default,cn=policies
olcPPolicyHashCleartext: TRUE
olcPPolicyUseLockout: TRUE

dn: olcOverlay=memberof,olcDatabase={1}mdb,cn=config
objectClass: olcMemberOfConfig
olcOverlay: memberof
olcMemberOfGroupOC: groupOfNames
olcMemberOfMemberAD: member

dn: olcOverlay=memberof,olcDatabase={1}mdb,cn=config
objectClass: olcMemberOfConfig
olcOverlay: memberof
olcMemberOfGroupOC: groupOfUniqueNames
olcMemberOfMemberAD: uniqueMember

# The policies lie beside the directory and not in it: the tree holds what the LDIFs say and nothing else.
dn: olcDatabase={2}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {2}mdb
olcSuffix: cn=policies
olcDbDirectory: $2
olcDbMaxSize: 1048576
olcReadOnly: TRUE
olcAccess: to * by * none

dn: olcDatabase={3}monitor,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {3}monitor
olcRootDN: $admin_dn
olcAccess: to * by * none
LDIF
}

# An administrator can lock an account (pwdAccountLockedTime) or ask for a new password (pwdReset). Wrong guesses lock
# nobody (pwdMaxFailure 0): otherwise anybody could keep a colleague out. An entry that wants a stricter policy names it
# in pwdPolicySubentry.
policies_ldif() {
  cat <<'LDIF'
dn: cn=policies
objectClass: organizationalRole
cn: policies

dn: cn=default,cn=policies
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 0
pwdMustChange: TRUE
pwdAllowUserChange: TRUE
pwdCheckQuality: 0
LDIF
}
