# The bot as a small image: no compiler, no root, everything it keeps in /data.
#
#   docker build -t tocsin .
#   docker run -v tocsin:/data -e SLACK_BOT_TOKEN_FILE=/run/secrets/bot -e SLACK_APP_TOKEN_FILE=/run/secrets/app ... tocsin
#
# No image was built where this was written. tests/test_setup.py proves the steps another way: it makes a wheel from just
# the files that are copied here, with the commands that stand here, installs it, and starts `tocsin` from it.
#
# SQLite before 3.51.3 can, rarely, damage a file that two processes write to. The image has the SQLite of its Debian
# release, which may be older: so the bot locks the file against a second bot, the other commands open it read-only, and
# `docker run --rm tocsin tocsin doctor` warns where it is older. PostgreSQL is not concerned.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY constraints.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -q -c constraints.txt setuptools
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot/ bot/
COPY storage/ storage/
COPY sandbox/ sandbox/
COPY templates/ templates/
RUN /venv/bin/pip install --no-cache-dir -q -c constraints.txt --no-build-isolation '.[documents]'

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --home-dir /data --no-create-home tocsin \
    && install --directory --owner=tocsin --group=tocsin --mode=0700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 TOCSIN_DATA_DIR=/data TOCSIN_LOG_FORMAT=json \
    TOCSIN_HTTP_HOST=0.0.0.0
USER tocsin
# tocsin.toml is read from here too, when there is one.
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["tocsin", "health"]
CMD ["tocsin", "run"]
