# shellcheck shell=bash
# Loads every LDIF through a private slapd into a folder beside the real one, which is renamed only when all is in:
# a kill, a power cut or a broken LDIF leaves nothing behind that a later start would take for a directory.
# Through slapd and not slapadd, so that passwords are hashed and memberOf is kept, as they will be later.

loader=''
stop_loading() {
  [ -n "$loader" ] || return 0
  kill -KILL "$loader" 2>/dev/null || true
  # Waited for, so that bash does not report the kill.
  wait "$loader" 2>/dev/null || true
}

load_once() {
  local loading=$LDAP_DATA_DIR/database.loading files=() file
  rm -rf "$loading"
  mkdir -p "$loading"
  printf '%s' "$LDAP_ROOT" >"$loading/root-dn"
  write_config "$loading" bulk
  # A socket's path may have 107 characters at most, which a data folder could exceed.
  socket_dir=$(mktemp -d /tmp/openldap-load.XXXXXX)
  trap 'stop_loading; rm -rf "$socket_dir"' EXIT
  socket=ldapi://${socket_dir//\//%2F}%2Fldapi
  env -i PATH="$PATH" slapd -F "$LDAP_DATA_DIR/config" -h "$socket" -d none </dev/null >"$socket_dir/slapd.log" 2>&1 &
  loader=$!
  until as_admin ldapsearch -LLL -s base -b '' 1.1 >/dev/null 2>&1; do
    kill -0 "$loader" 2>/dev/null ||
      fail "slapd ended while it was getting ready to load the LDIFs:" "$(cat "$socket_dir/slapd.log")"
    sleep 0.05
  done
  for file in "$LDAP_LDIFS_DIR"/*.ldif; do
    [ ! -f "$file" ] || files+=("$file")
  done
  if [ ${#files[@]} -eq 0 ]; then
    say "no *.ldif in $LDAP_LDIFS_DIR: the directory starts with $LDAP_ROOT alone"
    files=("$loading/root.ldif")
    root_entry >"$loading/root.ldif"
  fi
  for file in "${files[@]}"; do load_file "$file"; done
  as_admin ldapsearch -LLL -s base -b "$LDAP_ROOT" 1.1 >/dev/null 2>&1 ||
    fail "no LDIF in $LDAP_LDIFS_DIR has an entry for LDAP_ROOT ($LDAP_ROOT). Add one, or change LDAP_ROOT to what they hold."
  refresh_member_of
  kill -TERM "$loader"
  wait "$loader" || true
  loader=''
  rm -rf "$socket_dir" "$loading/root.ldif"
  trap - EXIT
  sync "$loading"/* 2>/dev/null || sync
  mv "$loading" "$LDAP_DATA_DIR/database"
}

# as_admin PROGRAM ARGUMENT… : in the background, so that a signal is acted on at once.
as_admin() {
  local program=$1
  shift
  "$program" -H "$socket" -x -D "$admin_dn" -y <(admin_password) "$@" &
  wait $!
}

# What slapd keeps itself and takes from nobody, but slapcat and other exports contain. Made comments, so that an export
# loads as it is and lines keep their numbers; a folded line goes with the one it continues.
without_computed_attributes() {
  sed -E 's/^(structuralObjectClass|entryCSN|contextCSN|entryDN|subschemaSubentry|hasSubordinates|numSubordinates|memberOf):/#&/I' "$1"
}

load_file() {
  local report entries
  report=$(mktemp "$socket_dir/report.XXXXXX")
  if as_admin ldapadd -e relax -f <(without_computed_attributes "$1") >"$report" 2>&1; then
    entries=$(grep -c '^adding new entry' "$report" || true)
    say "loaded $1: $entries entries"
  else
    fail "$(explain_failure "$1" "$report")" "Nothing was kept. Correct the file and start again."
  fi
}

# explain_failure FILE REPORT: file, line and reason. ldapadd names the line only where it could not parse; where the
# server refused an entry, the entry it was at is counted out in the file.
explain_failure() {
  awk -v file="$1" '
    NR == FNR {
      if (/^(adding new|modifying|deleting|renaming) /) { at++; entry = $0; sub(/^[^"]*"/, "", entry); sub(/"$/, "", entry) }
      else if (/\(line [0-9]+\)/) { match($0, /line [0-9]+/); line = substr($0, RSTART + 5, RLENGTH - 5); reason = $0; sub(/^ldap[a-z]*: /, "", reason) }
      else if (/^ldap_[a-z]*: /) { reason = $0; sub(/^ldap_[a-z]*: /, "", reason) }
      else if (/additional info: /) { sub(/^[ \t]*/, ""); reason = reason "; " $0 }
      else if (/matched DN: /) { sub(/^[ \t]*/, ""); reason = reason "; " $0 }
      else if (/^ldap[a-z]*: / && reason == "") { reason = $0; sub(/^ldap[a-z]*: /, "", reason) }
      next
    }
    /^dn:/ && ++seen == at && line == "" { line = FNR }
    END {
      if (reason ~ /\(32\)/) reason = reason " (its parent is not in the directory: define it earlier)"
      if (reason ~ /\(53\)/ && reason ~ /superior/) reason = reason " (it is not below LDAP_ROOT)"
      printf "%s:%s: %s%s\n", file, (line == "" ? "?" : line), (entry == "" ? "" : entry ": "), (reason == "" ? "ldapadd failed" : reason)
    }' "$2" "$1"
}

# The overlay looks at members when a group is written, and passes over those that are not there yet. Writing every
# group once more makes memberOf right in whatever order people and groups came.
refresh_member_of() {
  local groups=$socket_dir/groups.ldif
  as_admin ldapsearch -LLL -o ldif-wrap=no -b "$LDAP_ROOT" \
    '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))' member uniqueMember |
    awk '
      function close_group() { if (in_group) print "" }
      /^dn:/ { close_group(); in_group = 1; attribute = ""; print; print "changetype: modify"; next }
      /^(member|uniqueMember):/ {
        name = $0; sub(/:.*/, "", name)
        if (name != attribute) { if (attribute != "") print "-"; print "replace: " name; attribute = name }
        print
      }
      END { close_group() }' >"$groups"
  [ ! -s "$groups" ] || as_admin ldapmodify -f "$groups" >/dev/null ||
    fail "memberOf could not be computed for the groups that were loaded."
}

root_entry() {
  local attribute=${LDAP_ROOT%%=*} value=${LDAP_ROOT#*=} classes
  value=${value%%,*}
  case ${attribute,,} in
    dc) classes='objectClass: organization
objectClass: dcObject
o: '$value ;;
    o) classes='objectClass: organization' ;;
    ou) classes='objectClass: organizationalUnit' ;;
    *) fail "LDAP_ROOT begins with $attribute=, and no LDIF says what it is. Mount one at $LDAP_LDIFS_DIR that defines $LDAP_ROOT." ;;
  esac
  printf 'dn: %s\n%s\n%s: %s\n' "$LDAP_ROOT" "$classes" "$attribute" "$value"
}
