# Where this node's things are, for the node itself and for who asks it:
#   docker exec <container> sh -c '. /broker/environment.sh; rabbitmqctl list_queues name messages'
# Everything written is in its volume or below /tmp.
export PATH="/opt/rabbitmq/sbin:/usr/lib/rabbitmq/bin:$PATH"
export HOME=/var/lib/rabbitmq
export RABBITMQ_NODENAME="rabbit@$(hostname)"
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
# Docker leaves unanswered who asks, on a network without a way out, for a name that nobody has yet: that takes a second
# then, not the 8 that Erlang waits, for every queue that a lost node is taken out of.
export RES_OPTIONS='timeout:1 attempts:1'
