# MongoDB as datalab runs it. 4.4.18 is the last release whose arm64 build runs on a Pi 4 (ARMv8.0).
# Context: the root of the checkout.
ARG BASE_REGISTRY=
FROM ${BASE_REGISTRY}mongo:4.4.18
COPY stack/database/mongod.conf stack/database/start.sh stack/database/probe.sh /database/
USER mongodb
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["bash", "/database/probe.sh"]
ENTRYPOINT ["sh", "/database/start.sh"]
CMD []
