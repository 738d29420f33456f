# The server and the command-line client on Debian 13.
#
#   docker build -t keyward .
#   docker run --read-only -v keyward-data:/var/lib/keyward -v keyward-run:/run/keyward \
#     -v ./master.key:/run/secrets/master-key:ro -e API_KEY_MASTER_KEY_FILE=/run/secrets/master-key keyward
#
# It listens on unix:/run/keyward/keyward.sock, which callers share as a volume. Further listeners are
# arguments: --listen=0.0.0.0:50051 together with --tls_cert, --tls_key, --tls_client_ca and --policy.
FROM debian:trixie-slim AS build
WORKDIR /src
COPY script/bootstrap script/progress.sh script/
COPY cmake/boringssl.sha256 cmake/
RUN script/bootstrap server otlp
COPY . .
RUN script/build release keyward-server keyward && strip build/release/bin/*
# What is in the programs themselves, for the list of what the image is made of.
RUN dpkg-query -W -f '${Package} ${Version} Debian\n' libcli11-dev nlohmann-json3-dev >compiled_in \
 && read -r hash file <cmake/boringssl.sha256 && echo "boringssl $hash $file" >>compiled_in

# The packages that the programs need, and coreutils for preStop and the health check: no shell, no package manager.
FROM debian:trixie-slim AS root
ARG SOURCE_DATE_EPOCH=0
WORKDIR /src
COPY script/image_root script/image_sbom script/
COPY --from=build /src/compiled_in ./
RUN script/image_root /image compiled_in coreutils libabsl20240722 libgrpc++1.51t64 libhiredis1.1.0 libjemalloc2 libpq5 \
      libprometheus-cpp-pull1.0 libprotobuf32t64 libseccomp2 libspdlog1.15 libsqlite3-0 libssl3t64 opentelemetry-cpp

# For checks, not to be deployed: the programs with today's gRPC, of Debian's experimental suite.
# `docker build --target newest-grpc .`; script/newest-grpc builds it and runs the end-to-end tests against it.
FROM debian:sid-slim AS newest-grpc
WORKDIR /src
# Abseil and OpenSSL are sid's, which all else links to: experimental's newer ones would be second ones in the same
# process. A mirror of sid may lag behind.
RUN echo 'Acquire::Check-Valid-Until "false";' >/etc/apt/apt.conf.d/lagging-mirror && apt-get -q update \
 && apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1 \
  | sed 's/.*/deb [signed-by=\/usr\/share\/keyrings\/debian-archive-keyring.gpg] & experimental main/' \
    >/etc/apt/sources.list.d/experimental.list \
 && apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends -t experimental \
      libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libabsl-dev/sid libssl-dev/sid
COPY script/bootstrap script/progress.sh script/
COPY cmake/boringssl.sha256 cmake/
RUN script/bootstrap server
COPY . .
RUN script/build release keyward-server keyward

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Keyward" \
      org.opencontainers.image.description="Key-management service: a data key per user, encryption over gRPC" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="scratch"
COPY --from=root /image /
COPY --from=build /src/build/release/bin/keyward-server /src/build/release/bin/keyward /usr/bin/
ENV PATH=/usr/bin
# Fails here, not at the user's, where a library is missing.
RUN ["/usr/bin/keyward-server", "--version"]
RUN ["/usr/bin/keyward", "--version"]

USER 65532:65532
WORKDIR /var/lib/keyward
VOLUME ["/var/lib/keyward", "/run/keyward"]
ENV KEYWARD_STORE=sqlite:/var/lib/keyward/keys.db \
    KEYWARD_ADDRESS=unix:/run/keyward/keyward.sock
STOPSIGNAL SIGTERM
# The server's own TLS variables mean another thing to the client.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/usr/bin/env", "-u", "KEYWARD_TLS_CERT", "-u", "KEYWARD_TLS_KEY", "/usr/bin/keyward", "--address", "unix:/run/keyward/keyward.sock", "status"]
ENTRYPOINT ["/usr/bin/keyward-server", "--require_master_key", "--listen=unix:/run/keyward/keyward.sock"]
