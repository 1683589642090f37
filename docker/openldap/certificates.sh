# shellcheck shell=bash
# A CA of this directory's own, made once, and a server certificate made at every start: the container's host name,
# and with it the names in the certificate, may have changed. Only the CA's certificate leaves the data folder.

make_certificates() {
  local tls=$LDAP_DATA_DIR/tls names name
  mkdir -p "$tls"
  if [ ! -s "$tls/ca.pem" ] || [ ! -s "$tls/ca.key" ]; then
    openssl_quietly req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
      -subj "/O=OpenLDAP/CN=OpenLDAP CA $(openssl rand -hex 4)" \
      -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
      -keyout "$tls/ca.key.new" -out "$tls/ca.pem.new"
    # The certificate last: it is the sign that the pair is whole.
    mv "$tls/ca.key.new" "$tls/ca.key"
    mv "$tls/ca.pem.new" "$tls/ca.pem"
  fi
  names=DNS:localhost,DNS:openldap,IP:127.0.0.1,IP:::1
  for name in $(hostname) ${LDAP_TLS_NAMES//,/ }; do
    if [[ $name =~ ^[0-9.]+$ || $name == *:* ]]; then names+=,IP:$name; else names+=,DNS:$name; fi
  done
  openssl_quietly req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/O=OpenLDAP/CN=openldap' \
    -keyout "$tls/server.key" -out "$tls/server.csr"
  openssl_quietly x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -days 825 \
    -set_serial "0x$(openssl rand -hex 16)" -out "$tls/server.pem" -extfile <(
      printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature' \
        'extendedKeyUsage=serverAuth' "subjectAltName=$names"
    )
  cp "$tls/ca.pem" "$LDAP_CERTS_DIR/ca.pem.new"
  chmod 644 "$LDAP_CERTS_DIR/ca.pem.new"
  mv "$LDAP_CERTS_DIR/ca.pem.new" "$LDAP_CERTS_DIR/ca.pem"
}

# openssl draws dots and stars on success; its words matter only when it fails.
openssl_quietly() {
  local words
  words=$(openssl "$@" 2>&1) || fail "the certificates could not be made:" "$words"
}
