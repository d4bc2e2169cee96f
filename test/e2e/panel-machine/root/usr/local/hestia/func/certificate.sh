# make_certificate FILE NAMES [self-signed]: FILE.pem and FILE.key, for host names that are separated by blanks.
make_certificate() {
  local authority=(-CA /etc/ssl/authority.pem -CAkey /etc/ssl/authority.key)
  [ -z "${3:-}" ] || authority=()
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=${2%% *}" \
    "${authority[@]}" -addext "subjectAltName=DNS:${2// /,DNS:}" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
