# The edge (swarm name api-bff). Context: the root of the checkout.
ARG BASE_REGISTRY=
FROM ${BASE_REGISTRY}python:3.11.13-slim-bookworm AS packages
COPY stack/images/requirements.lock /
RUN python3 -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --require-hashes --no-deps --target /packages -r /requirements.lock

FROM ${BASE_REGISTRY}python:3.11.13-slim-bookworm
ENV PYTHONPATH=/packages:/datalab PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Docker leaves unanswered who asks, on a network without a way out, for a name that nobody has yet: that takes a second then, not 20.
ENV RES_OPTIONS="timeout:1 attempts:1"
COPY --from=packages /packages /packages
COPY services/__init__.py /datalab/services/
COPY services/contracts /datalab/services/contracts
COPY edge /datalab/edge
COPY stack/images/http-probe.sh stack/images/edge-probe.sh /probes/
RUN python3 -m compileall -q /datalab
USER 10001:10001
WORKDIR /datalab
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 CMD ["sh", "/probes/edge-probe.sh"]
ENTRYPOINT ["python3", "-m", "edge"]
