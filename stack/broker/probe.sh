# RabbitMQ answers a client's greeting with Connection.Start (class 10, method 10). rabbitmq-diagnostics would start an
# Erlang machine every ten seconds, which takes a Pi four of them.
if exec 3<>/dev/tcp/127.0.0.1/5672; then
    printf 'AMQP\x00\x00\x09\x01' >&3
    [ "$(timeout 4 head -c 11 <&3 | od -An -tu1 -j7 | tr -d ' \n')" = 010010 ] && touch /tmp/broker/reached
    exit
fi 2>/dev/null
# A node of a cluster that was stopped as a whole waits for the others before it takes clients, and nobody can look up the
# name of who is not well: until it has been reached for the first time, well is whom the other nodes can reach.
[ -n "${BROKER_PEERS:-}" ] && [ ! -e /tmp/broker/reached ] && exec 3<>/dev/tcp/127.0.0.1/25672
