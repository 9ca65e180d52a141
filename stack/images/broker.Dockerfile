# RabbitMQ as datalab runs it. Context: the root of the checkout.
ARG BASE_REGISTRY=
FROM ${BASE_REGISTRY}rabbitmq:3.13.7
COPY stack/broker/rabbitmq.conf stack/broker/swarm.conf stack/broker/enabled_plugins stack/broker/environment.sh \
    stack/broker/start.sh stack/broker/probe.sh stack/broker/policies.json /broker/
USER rabbitmq
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 CMD ["bash", "/broker/probe.sh"]
ENTRYPOINT ["sh", "/broker/start.sh"]
CMD []
