#!/bin/sh
# The Python client's tests with the Python that KEYWARD_NEWEST_PYTHON names, which has today's grpcio.
set -eu
if [ -z "${KEYWARD_NEWEST_PYTHON-}" ]; then
  echo "SKIPPED [1] newest_grpcio: KEYWARD_NEWEST_PYTHON names no Python with today's grpcio"
  exit 77
fi
"$KEYWARD_NEWEST_PYTHON" -c 'import grpc, google.protobuf as protobuf
print("grpcio", grpc.__version__, "protobuf", protobuf.__version__)'
exec "$KEYWARD_NEWEST_PYTHON" -m pytest -q -rfEs -p no:cacheprovider tests
