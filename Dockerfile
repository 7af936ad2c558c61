# The image that serves forecasts; `make image` prepares its context in build/image and builds it.
# Nothing of training is in it: serving dependencies by hash, the package, models with manifests.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv --without-pip /opt/faultcast
COPY serving.txt /build/
# A package index of one's own and its authority come as secrets: they stay out of the image.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=authorities,target=/run/authorities.pem \
    if [ -s /run/authorities.pem ]; then export PIP_CERT=/run/authorities.pem; fi \
    && pip --python /opt/faultcast/bin/python install --no-compile --require-hashes \
        --requirement /build/serving.txt
COPY faultcast-*.whl /build/
RUN pip --python /opt/faultcast/bin/python install --no-compile --no-deps --no-index \
        /build/faultcast-*.whl \
    # Where the wheel lay, and its hash, which holds the times of a checkout's files.
    && find /opt/faultcast -name direct_url.json -delete \
    && sed -i '/direct_url.json/d' /opt/faultcast/lib/python3*/site-packages/faultcast-*.dist-info/RECORD \
    # Compiled by content, not by time stamp: the same files in every build.
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/faultcast/lib

FROM python:3.11-slim-bookworm
COPY --from=build /opt/faultcast /opt/faultcast
COPY artifacts /opt/models
RUN install --directory --owner=10001 --group=10001 /var/lib/faultcast
ENV PATH=/opt/faultcast/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    ARTIFACTS_HOME=/opt/models \
    FAULTCAST_STORE=sqlite:////var/lib/faultcast/predictions.db \
    # Without FAULTCAST_API_KEYS the server prints this key; with them it is for the self-test.
    FAULTCAST_KEY_FILE=/tmp/faultcast.key
USER 10001:10001
WORKDIR /var/lib/faultcast
VOLUME /var/lib/faultcast
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    # Docker's client can put a proxy into every container: it is not asked for this address.
    CMD ["env", "no_proxy=127.0.0.1", "python3", "-c", \
        "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
CMD ["faultcast", "serve", "--host", "0.0.0.0", "--port", "8080"]
# Last: they change with every commit, and the layers above do not.
ARG VERSION
ARG COMMIT
ARG MODELS={}
LABEL org.opencontainers.image.title=faultcast \
    org.opencontainers.image.version=$VERSION \
    org.opencontainers.image.revision=$COMMIT \
    faultcast.models=$MODELS
