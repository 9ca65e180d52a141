# Every service in one image; the command names the one to run: users, auth, apps, config, tokens, notifications,
# analysis, recorder. Also what prepares and backs up their databases (python3 -m stack.database), and what an
# operator sends into the stack (stack/swarm/errand.py).
# Context: the root of the checkout.
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
COPY stack/__init__.py stack/calls.py stack/dead_letters.py /datalab/stack/
COPY stack/local/__init__.py stack/local/errors.py /datalab/stack/local/
COPY stack/database/*.py /datalab/stack/database/
COPY services /datalab/services
COPY stack/images/service-probe.sh /probes/
# A volume laid over this folder takes its owner.
RUN python3 -m compileall -q /datalab && mkdir /var/lib/datalab && chown 10001:10001 /var/lib/datalab
USER 10001:10001
WORKDIR /datalab
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["sh", "/probes/service-probe.sh"]
ENTRYPOINT ["python3", "-m", "services"]
