# RabbitMQ, of the official image or of Debian.
#   /run/secrets/broker_cookie   the cluster's cookie; without it the node makes one of its own
#   BROKER_PEERS                 the cluster's nodes, comma separated host names; without it the node is alone
#
# A cluster: the first of the peers begins it, unless another one answers: then it was there before, and its disk is gone.
# The others join whichever node of it answers, once. From then on each knows the others from its volume. Queues that
# were there before a node came are kept on it too, from each of its starts on.
set -eu
. /broker/environment.sh
mkdir -p /tmp/broker/conf.d /tmp/broker/definitions
cp /broker/rabbitmq.conf /tmp/broker/rabbitmq.conf
cp /broker/swarm.conf /tmp/broker/conf.d/10-swarm.conf
cp /run/secrets/broker_definitions /tmp/broker/definitions/10-users.json
printf '{"policies": %s}\n' "$(cat /broker/policies.json)" >/tmp/broker/definitions/20-policies.json
if [ -s /run/secrets/broker_cookie ]; then
    rm -f "$HOME/.erlang.cookie"
    (umask 077 && cat /run/secrets/broker_cookie >"$HOME/.erlang.cookie")
    chmod 400 "$HOME/.erlang.cookie"
fi

takes_clients() { timeout 3 bash -c "exec 3<>/dev/tcp/$1/5672" 2>/dev/null; }
first_that_takes_clients() {
    for peer in $(echo "$BROKER_PEERS" | tr ',' ' '); do
        if [ "$peer" != "$(hostname)" ] && takes_clients "$peer"; then echo "$peer" && return; fi
    done
}
if [ -n "${BROKER_PEERS:-}" ]; then
    echo 'cluster_partition_handling = pause_minority' >/tmp/broker/conf.d/20-cluster.conf
    if [ ! -d "$RABBITMQ_MNESIA_BASE/$RABBITMQ_NODENAME" ]; then
        looks=0
        while found=$(first_that_takes_clients) && [ -z "$found" ]; do
            looks=$((looks + 1))
            if [ "$(hostname)" = "${BROKER_PEERS%%,*}" ] && [ "$looks" -ge 5 ]; then break; fi
            sleep 2
        done
    fi
    if [ -n "${found:-}" ]; then
        {
            echo 'cluster_formation.peer_discovery_backend = classic_config'
            echo "cluster_formation.classic_config.nodes.1 = rabbit@$found"
            echo "cluster_formation.classic_config.nodes.2 = $RABBITMQ_NODENAME"
        } >>/tmp/broker/conf.d/20-cluster.conf
    fi
    (
        until takes_clients 127.0.0.1; do sleep 2; done
        rabbitmq-queues grow "$RABBITMQ_NODENAME" all
    ) &
fi
# The script becomes the Erlang machine: signals reach it. Idle schedulers sleep instead of spinning.
export RUNNING_UNDER_SYSTEMD=1
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none'
exec rabbitmq-server
