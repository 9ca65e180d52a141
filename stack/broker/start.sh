# RabbitMQ, of the official image or of Debian. Everything written is in its volume or below /tmp.
#   /run/secrets/broker_cookie   the cluster's cookie; without it the node makes one of its own
#   BROKER_PEERS                 the cluster's nodes, comma separated host names; without it the node is alone
set -eu
export PATH="/opt/rabbitmq/sbin:/usr/lib/rabbitmq/bin:$PATH"
export HOME=/var/lib/rabbitmq
export RABBITMQ_NODENAME="rabbit@$(hostname)"
mkdir -p /tmp/broker/conf.d
cp /broker/rabbitmq.conf /tmp/broker/rabbitmq.conf
cp /broker/swarm.conf /tmp/broker/conf.d/10-swarm.conf
if [ -n "${BROKER_PEERS:-}" ]; then
    {
        echo 'cluster_formation.peer_discovery_backend = classic_config'
        echo 'cluster_partition_handling = pause_minority'
        number=0
        for peer in $(echo "$BROKER_PEERS" | tr ',' ' '); do
            number=$((number + 1))
            echo "cluster_formation.classic_config.nodes.$number = rabbit@$peer"
        done
    } >/tmp/broker/conf.d/20-cluster.conf
fi
if [ -s /run/secrets/broker_cookie ]; then
    rm -f "$HOME/.erlang.cookie"
    (umask 077 && cat /run/secrets/broker_cookie >"$HOME/.erlang.cookie")
    chmod 400 "$HOME/.erlang.cookie"
fi
export RABBITMQ_CONFIG_FILE=/tmp/broker/rabbitmq.conf
export RABBITMQ_CONFIG_FILES='/tmp/broker/conf.d/*.conf'
export RABBITMQ_CONF_ENV_FILE=/tmp/broker/none
export RABBITMQ_ADVANCED_CONFIG_FILE=/tmp/broker/none
export RABBITMQ_ENABLED_PLUGINS_FILE=/broker/enabled_plugins
export RABBITMQ_MNESIA_BASE="$HOME/mnesia"
export RABBITMQ_LOG_BASE=/tmp/broker RABBITMQ_LOGS=-
export RABBITMQ_GENERATED_CONFIG_DIR=/tmp/broker/generated
export RABBITMQ_SCHEMA_DIR=/tmp/broker/schema
export RABBITMQ_PID_FILE=/tmp/broker/pid
# The script becomes the Erlang machine: signals reach it. Idle schedulers sleep instead of spinning.
export RUNNING_UNDER_SYSTEMD=1
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none'
exec rabbitmq-server
