"""An OpenTelemetry collector: takes what is exported over OTLP/gRPC, and shows it."""
import contextlib
import dataclasses
import pathlib
import threading
from concurrent import futures
from typing import Any, Iterator

import grpc

from harness import paths
from harness.stubs import otlp_trace

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
SERVER_SPAN = 2
ERROR = 2


def is_built_in() -> bool:
    """Whether the server was built with the library that exports."""
    return b"libopentelemetry_exporter_otlp_grpc" in pathlib.Path(paths.server_file()).read_bytes()


def _plain(attributes) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@dataclasses.dataclass
class Span:
    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: int
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    is_error: bool
    resource: dict[str, Any]


class Collector:
    def __init__(self, address: str = "127.0.0.1:0", credentials: grpc.ServerCredentials | None = None):
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self._news = threading.Condition()
        handler = grpc.unary_unary_rpc_method_handler(self._export)
        service, method = METHOD.strip("/").split("/")
        self._server = grpc.server(futures.ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {method: handler})])
        add = self._server.add_insecure_port
        if credentials is not None:
            add = lambda where: self._server.add_secure_port(where, credentials)  # noqa: E731
        self.port = add(address)
        self._server.start()

    def _export(self, body: bytes, context: grpc.ServicerContext) -> bytes:
        with self._news:
            self.bodies.append(body)
            self.headers.append(dict(context.invocation_metadata()))
            self._news.notify_all()
        return b""  # an ExportTraceServiceResponse without complaints

    @property
    def spans(self) -> list[Span]:
        return [
            Span(trace_id=span.trace_id.hex(), span_id=span.span_id.hex(), parent_id=span.parent_span_id.hex(),
                 name=span.name, kind=span.kind, start_ns=span.start_time_unix_nano, end_ns=span.end_time_unix_nano,
                 attributes=_plain(span.attributes), is_error=span.status.code == ERROR,
                 resource=_plain(resource.resource.attributes))
            for body in list(self.bodies)
            for resource in otlp_trace.ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans]

    def wait_for_spans(self, count: int) -> list[Span]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.spans) >= count, timeout=paths.PATIENCE), self.spans
        return self.spans

    def stop(self) -> None:
        self._server.stop(grace=None).wait()


@contextlib.contextmanager
def collector(*arguments: Any) -> Iterator[Collector]:
    made = Collector(*arguments)
    try:
        yield made
    finally:
        made.stop()
