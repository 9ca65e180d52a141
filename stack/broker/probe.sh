# RabbitMQ answers a client's greeting with Connection.Start (class 10, method 10). rabbitmq-diagnostics would start an
# Erlang machine every ten seconds, which takes a Pi four of them.
exec 3<>/dev/tcp/127.0.0.1/5672 || exit 1
printf 'AMQP\x00\x00\x09\x01' >&3
[ "$(timeout 4 head -c 11 <&3 | od -An -tu1 -j7 | tr -d ' \n')" = 010010 ]
