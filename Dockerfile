# The fake in a container: docker build -t inbox-mock . && docker run --rm -p 127.0.0.1:8089:8089 inbox-mock
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.txt requirements-build.txt ./
COPY mock_server mock_server
COPY contracts contracts
COPY fixtures fixtures
COPY docs docs
COPY kits/README.md kits/README.md
COPY kits/node/README.md kits/node/README.md
COPY kits/ruby/README.md kits/ruby/README.md
# Everything in the versions and with the hashes of the lock files, the build's own tools included.
RUN python -m venv build && python -m venv --without-pip /opt/inbox-mock \
 && build/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements-build.txt \
 && build/bin/python -m hatchling build --target wheel \
 && python -m pip --python /opt/inbox-mock/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.txt \
 && python -m pip --python /opt/inbox-mock/bin/python install --no-cache-dir --disable-pip-version-check --no-deps dist/*.whl

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Inbox Mock" \
      org.opencontainers.image.description="A fake of the BookingSync (Smily) Inbox API and of the channels behind it" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/inbox-mock /opt/inbox-mock

# A port that is published on the host is addressed as localhost, and comes from an address of the engine's, which is not
# loopback in here: /__admin answers under these names only, and the usual networks of Docker, Docker Desktop and Podman only.
ENV PATH=/opt/inbox-mock/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    INBOX_MOCK_HOST=0.0.0.0 \
    INBOX_MOCK_PORT=8089 \
    INBOX_MOCK_ALLOW_HOST="localhost 127.0.0.1 inbox-mock" \
    INBOX_MOCK_ALLOW_ADMIN_FROM="172.16.0.0/12 192.168.65.0/24 10.88.0.0/15"
USER 10001:10001
EXPOSE 8089
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
  CMD ["sh", "-c", "inbox-mock health --url http://127.0.0.1:${INBOX_MOCK_PORT}"]
ENTRYPOINT ["inbox-mock"]
CMD ["serve"]
