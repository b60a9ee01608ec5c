# syntax=docker/dockerfile:1
# One image per process: docker build --build-arg SERVICE=profile-service .   (a folder of services/, `gateway` or `cli`)

FROM python:3.11-slim-bookworm AS build
ARG SERVICE
WORKDIR /src
COPY requirements.lock pyproject.toml ./
RUN grep -oE '^(uv|hatchling|packaging|pathspec|pluggy|trove-classifiers)==[0-9.]+' requirements.lock \
    | xargs pip install --quiet --no-cache-dir --no-deps && uv venv --quiet /opt/venv
COPY shared shared
COPY services services
COPY gateway gateway
COPY cli cli
# The lock holds the development tools too. Compiling onto a copy of it keeps the versions and hashes of what this
# package needs at run time and drops the rest; the install then accepts nothing without its hash.
RUN set -eu; \
    if [ -d "services/$SERVICE" ]; then package="services/$SERVICE"; else package="$SERVICE"; fi; \
    cp requirements.lock runtime.lock; \
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-package hamdel shared/pyproject.toml "$package/pyproject.toml" -o runtime.lock; \
    uv pip install --quiet --python /opt/venv --require-hashes -r runtime.lock; \
    for project in shared "$package"; do \
        uv build --quiet --wheel --no-build-isolation --python /usr/local/bin/python --out-dir wheels "$project"; \
    done; \
    uv pip install --quiet --python /opt/venv --no-deps wheels/*.whl; \
    printf '#!/bin/sh\nexec python -m %s "$@"\n' "$(echo "${SERVICE#cli}" | tr - _ | sed 's/^$/hamdel_cli/')" \
        > /opt/venv/bin/hamdel-start; \
    chmod 0755 /opt/venv/bin/hamdel-start

FROM python:3.11-slim-bookworm
# The folders are there so that an empty volume mounted on them takes over their owner.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hamdel \
    && install -d -m 0700 -o hamdel -g hamdel /hamdel /hamdel/keys /hamdel/identity /hamdel/passwords
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HAMDEL_HOST=0.0.0.0 HAMDEL_PORT=8000
USER 10001:10001
EXPOSE 8000
# Ready, not merely alive: what waits for this container wants to be answered. A 503 raises, so the check exits 1.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['HAMDEL_PORT'] + '/health/ready', timeout=2)"]
CMD ["hamdel-start"]
