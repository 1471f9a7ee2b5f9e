# The Mini App.
FROM node:24-slim AS webapp
WORKDIR /build
COPY webapp/package.json webapp/package-lock.json webapp/.npmrc ./
RUN npm ci
COPY webapp ./
RUN npm run build

# What web, worker and sandbox share.
FROM python:3.12-slim-trixie AS python
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
RUN useradd --system --create-home --uid 10001 ebb
WORKDIR /app
COPY requirements requirements

FROM python AS sandbox
RUN pip install --require-hashes --no-deps -r requirements/sandbox.txt && install -d -o ebb /state
COPY sandbox sandbox
USER 10001
# The healthiness of what it runs is asked by whoever runs it.
HEALTHCHECK NONE

FROM python AS application
# pg_dump and pg_restore for `flask backup`: of the major version of the compose file's server.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client-17 \
 && rm -rf /var/lib/apt/lists/*
RUN pip install --require-hashes --no-deps -r requirements/base.txt
COPY core core
COPY models models
COPY exchange exchange
COPY telegram telegram
COPY trading trading
COPY identity identity
COPY community community
COPY bot bot
COPY web web
COPY worker worker
COPY migrations migrations
COPY gunicorn.conf.py Procfile ./
COPY --from=webapp /build/dist webapp/dist
USER 10001
EXPOSE 8000
# One image for three processes: compose file and manifests ask each in its own way.
HEALTHCHECK NONE
CMD ["gunicorn", "web.wsgi:app", "--config", "gunicorn.conf.py"]
