# The service has said within the last 30 seconds that it is well: see services/hosting/liveness.py.
find "${ALIVE_FILE:-/tmp/alive}" -newermt '-30 seconds' | grep -q .
