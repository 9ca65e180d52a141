# http-probe.sh PORT PATH: prints the body of http://127.0.0.1:PORT/PATH; fails where the answer is none or not 2xx.
# By what the image has: wget in Alpine's, bash in Debian's. An interpreter's start costs a Pi half a second.
if command -v wget >/dev/null; then exec wget -q -T 4 -O - "http://127.0.0.1:$1$2"; fi
exec bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" "$2" >&3
    read -r -t 4 _ status _ <&3
    cat <&3
    [[ $status == 2* ]]
' probe "$1" "$2"
