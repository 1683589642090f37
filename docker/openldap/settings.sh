# shellcheck shell=bash
# Looks at every setting before anything is touched, and says everything that is wrong at once.

problems=()
problem() { problems+=("  $1"); }

readonly rdn='[A-Za-z][A-Za-z0-9-]*=([^,+"\\<>;= ]|\\.)(([^,+"\\<>;=]|\\.)*([^,+"\\<>;= ]|\\.))?'

is_dn() { [[ $1 =~ ^$rdn(,$rdn)*$ && $1 != *[[:cntrl:]]* ]]; }

check_settings() {
  if ! is_dn "$LDAP_ROOT"; then
    problem "LDAP_ROOT is '$LDAP_ROOT', which is not a DN without spaces around its commas. Example: dc=example,dc=org"
  fi
  if [ -z "$LDAP_ADMIN_USERNAME" ]; then
    problem "LDAP_ADMIN_USERNAME is empty. Example: admin, or a whole DN such as cn=admin,dc=example,dc=org"
  elif is_dn "$LDAP_ADMIN_USERNAME"; then
    admin_dn=$LDAP_ADMIN_USERNAME
    # slapd takes a password for the administrator only where the DN lies in the directory it serves.
    [[ ${admin_dn,,} == *,"${LDAP_ROOT,,}" ]] ||
      problem "LDAP_ADMIN_USERNAME is '$admin_dn', which is not below LDAP_ROOT ($LDAP_ROOT). Example: cn=admin,$LDAP_ROOT"
  elif [[ $LDAP_ADMIN_USERNAME =~ ^[A-Za-z0-9._@-]+$ ]]; then
    admin_dn=cn=$LDAP_ADMIN_USERNAME,$LDAP_ROOT
  else
    problem "LDAP_ADMIN_USERNAME is '$LDAP_ADMIN_USERNAME', neither a simple name nor a DN. Example: admin"
  fi
  if [ -z "$LDAP_ADMIN_PASSWORD" ]; then
    problem "LDAP_ADMIN_PASSWORD is empty. Without one nobody could administer the directory; leave it out for the tutorial's own"
  elif [[ $LDAP_ADMIN_PASSWORD == *$'\n'* ]]; then
    problem "LDAP_ADMIN_PASSWORD has a line break in it"
  fi
  for name in ${LDAP_TLS_NAMES//,/ }; do
    [[ $name =~ ^[A-Za-z0-9.:*_-]+$ ]] ||
      problem "LDAP_TLS_NAMES has '$name', which is no host name or address. Example: ldap.example.org,10.0.0.5"
  done
  [[ $LDAP_LOG_LEVEL =~ ^[a-z0-9,|]+$ ]] ||
    problem "LDAP_LOG_LEVEL is '$LDAP_LOG_LEVEL'. Examples: none, stats"
  check_folders
  [ ${#problems[@]} -eq 0 ] || fail "these settings are wrong:" "${problems[@]}"
}

check_folders() {
  if [ ! -d "$LDAP_LDIFS_DIR" ]; then
    problem "the LDIF folder $LDAP_LDIFS_DIR is not there. Mount a folder of *.ldif files at it"
  elif [ ! -r "$LDAP_LDIFS_DIR" ] || [ ! -x "$LDAP_LDIFS_DIR" ]; then
    problem "the LDIF folder $LDAP_LDIFS_DIR cannot be read by user $(id -u). Try: chmod a+rx on the folder that is mounted"
  else
    for file in "$LDAP_LDIFS_DIR"/*.ldif; do
      [ -e "$file" ] || [ -L "$file" ] || continue
      [ -f "$file" ] && [ -r "$file" ] ||
        problem "$file cannot be read as a file by user $(id -u). Try: chmod a+r on it"
    done
  fi
  for folder in "$LDAP_DATA_DIR" "$LDAP_CERTS_DIR"; do
    if [ ! -d "$folder" ]; then
      problem "the folder $folder is not there"
    elif [ ! -w "$folder" ]; then
      problem "the folder $folder cannot be written by user $(id -u). Use a named volume, or chown the folder to $(id -u)"
    fi
  done
}

# Two servers on one LMDB file from two containers would destroy it. The lock lives as long as slapd, which inherits it.
take_the_folder() {
  exec 9>"$LDAP_DATA_DIR/lock"
  flock -n 9 || fail "another OpenLDAP is running on $LDAP_DATA_DIR. Stop it first, or give this one a volume of its own."
}
