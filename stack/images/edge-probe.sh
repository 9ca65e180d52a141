# A new edge is healthy when it has reached the broker, so that an update with one that cannot is rolled back. From
# then on it is healthy as long as it answers: an edge without its broker keeps what it took and says so itself, and
# to start it anew would lose that.
if [ -e /tmp/reached ]; then exec sh /probes/http-probe.sh 8080 /health/live >/dev/null; fi
sh /probes/http-probe.sh 8080 /health/ready | grep -q '"broker":"ok"' && touch /tmp/reached
