# nginx with the dashboard and the tracker, and the way to the edge (swarm name frontend-web).
# Context: the root of the checkout.
ARG BASE_REGISTRY=
FROM --platform=$BUILDPLATFORM ${BASE_REGISTRY}node:22.21.1-bookworm-slim AS build
WORKDIR /build/tracker
COPY tracker/package.json tracker/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tracker ./
RUN npm run build
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build
# Compressed once, here, instead of at every request on a Pi.
RUN mkdir -p /site/app /site/tracker && cp -r dist/. /site/app && cp ../tracker/dist/t.js /site/tracker/ \
    && find /site -type f \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' \) \
        -exec gzip -9 -k -n {} +

FROM ${BASE_REGISTRY}nginx:1.28.0-alpine-slim
COPY --from=build /site /site
COPY stack/proxy/nginx.conf stack/proxy/routes.conf stack/proxy/https.conf \
    stack/proxy/page-headers.conf stack/proxy/answer-headers.conf stack/proxy/refusals.conf \
    stack/proxy/to-https.conf stack/proxy/start.sh /proxy/
COPY stack/images/http-probe.sh /probes/
USER 101:101
EXPOSE 80 443
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["sh", "/probes/http-probe.sh", "80", "/proxy-health"]
ENTRYPOINT ["sh", "/proxy/start.sh"]
