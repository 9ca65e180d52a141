# MongoDB as datalab runs it. 4.4.18 is the last release whose arm64 build runs on a Pi 4 (ARMv8.0).
# Context: the root of the checkout.
ARG BASE_REGISTRY=
FROM ${BASE_REGISTRY}mongo:4.4.18
COPY stack/database/mongod.conf stack/database/start.sh stack/database/probe.sh /database/
# Docker leaves unanswered who asks, on a network without a way out, for a name that nobody has yet: that takes a second then, not 20.
ENV RES_OPTIONS="timeout:1 attempts:1"
USER mongodb
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["bash", "/database/probe.sh"]
ENTRYPOINT ["sh", "/database/start.sh"]
CMD []
