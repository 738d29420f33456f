"""Generates the Python stubs from proto/ when first imported, into a folder that goes with the process."""
import atexit
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc

from harness import paths

PROTOS = [
    "keyward/v1/key_admin_service.proto",
    "keyward/v1/key_service.proto",
    "keyward/v1/status_details.proto",
    "grpc/health/v1/health.proto",
    "grpc/reflection/v1/reflection.proto",
    "grpc/reflection/v1alpha/reflection.proto",
    "otlp_trace.proto",
]


def _generate() -> pathlib.Path:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="keyward-stubs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run(
        ["protoc", f"-I{paths.REPOSITORY / 'proto'}", f"-I{pathlib.Path(__file__).parent}",
         f"--python_out={folder}", f"--grpc_out={folder}",
         f"--plugin=protoc-gen-grpc={shutil.which('grpc_python_plugin')}", *PROTOS],
        check=True)
    sys.path.insert(0, str(folder))
    # grpc/health and grpc/reflection are generated beside, not inside, the installed package grpc.
    grpc.__path__.append(str(folder / "grpc"))
    return folder


_generate()
admin = importlib.import_module("keyward.v1.key_admin_service_pb2")
keys = importlib.import_module("keyward.v1.key_service_pb2")
details = importlib.import_module("keyward.v1.status_details_pb2")
health = importlib.import_module("grpc.health.v1.health_pb2")
health_grpc = importlib.import_module("grpc.health.v1.health_pb2_grpc")
reflection = importlib.import_module("grpc.reflection.v1.reflection_pb2")
reflection_alpha = importlib.import_module("grpc.reflection.v1alpha.reflection_pb2")
otlp_trace = importlib.import_module("otlp_trace_pb2")
