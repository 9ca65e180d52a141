# Fill in what is known only now, and become nginx. Everything written is below /tmp: the rest is read-only.
#   TRACKER_PATH   where the tracker is, against block lists (/t.js)
#   EDGE           the edge, host:port (api-bff:8080)
#   REAL_IP_FROM   proxies before this one whose X-Forwarded-For is believed, comma separated
#   PUBLIC_URL     where browsers come; with https they are told to come by nothing else for a year
#   /run/secrets/tls_certificate, tls_key: with them there is HTTPS, and HTTP only leads there
set -eu
mkdir -p /tmp/nginx
hsts=
case "${PUBLIC_URL:-}" in https://*) hsts="max-age=31536000" ;; esac
if [ -s /run/secrets/tls_certificate ] && [ -s /run/secrets/tls_key ]; then
    plain=/proxy/to-https.conf https=/proxy/https.conf hsts_of_a_proxy=
else
    plain=/proxy/routes.conf https=/dev/null hsts_of_a_proxy=$hsts
fi
fill() {
    sed -e "s|@TRACKER_PATH@|${TRACKER_PATH:-/t.js}|g" -e "s|@EDGE@|${EDGE:-api-bff:8080}|g" \
        -e "s|@HSTS@|$hsts|g" -e "s|@HSTS_OF_A_PROXY@|$hsts_of_a_proxy|g" "$1" >"/tmp/nginx/$2"
}
fill /proxy/nginx.conf nginx.conf
fill /proxy/routes.conf routes.conf
fill "$plain" plain.conf
fill "$https" https.conf
: >/tmp/nginx/real-ip.conf
if [ -n "${REAL_IP_FROM:-}" ]; then
    echo 'real_ip_header X-Forwarded-For; real_ip_recursive on;' >/tmp/nginx/real-ip.conf
    echo "$REAL_IP_FROM" | tr ',' '\n' | sed 's|.*|set_real_ip_from &;|' >>/tmp/nginx/real-ip.conf
fi
exec nginx -c /tmp/nginx/nginx.conf
