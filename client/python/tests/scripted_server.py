"""A server that answers as it is told, for errors that a healthy keyward-server does not give."""

import threading
from concurrent import futures

import grpc
from google.protobuf.duration_pb2 import Duration

from keyward.v1 import key_service_pb2, key_service_pb2_grpc, status_details_pb2


def details(reason, retry_after=None, domain="keyward"):
    """The trailers of a failed call, as keyward-server sends them: ErrorInfo, and RetryInfo."""
    status = status_details_pb2.StatusDetails()
    info = status_details_pb2.ErrorInfo(reason=reason, domain=domain)
    _add(status, "ErrorInfo", info)
    trailers = []
    if retry_after is not None:
        delay = Duration()
        delay.FromNanoseconds(int(retry_after * 1e9))
        _add(status, "RetryInfo", status_details_pb2.RetryInfo(retry_delay=delay))
        trailers.append(("grpc-retry-pushback-ms", str(int(retry_after * 1e3))))
    trailers.append(("grpc-status-details-bin", status.SerializeToString()))
    return tuple(trailers)


def _add(status, name, message):
    type_url = f"type.googleapis.com/google.rpc.{name}"
    status.details.add(type_url=type_url, value=message.SerializeToString())


class ScriptedServer(key_service_pb2_grpc.KeyServiceServicer):
    """GetStatus and BatchEncrypt fail with each of `failures` (code, message, trailers) in turn, then succeeds.

    With `silent` it does not answer before any deadline of a test.
    """

    def __init__(self, *failures, silent=False):
        self.calls = 0
        self.batches = []
        self._failures = list(failures)
        self._silent = silent
        self._stopping = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        key_service_pb2_grpc.add_KeyServiceServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def GetStatus(self, request, context):
        self.calls += 1
        if self._silent:
            self._stopping.wait(60)
        if self._failures:
            code, message, trailers = self._failures.pop(0)
            context.set_trailing_metadata(trailers)
            context.abort(code, message)
        return key_service_pb2.GetStatusResponse(version="scripted", encryption_enabled=True)

    def BatchEncrypt(self, request, context):
        """Echoes the plaintext as the token; "bad" fails, and "short" is left out."""
        self.batches.append(len(request.requests))
        if self._failures:
            code, message, trailers = self._failures.pop(0)
            context.set_trailing_metadata(trailers)
            context.abort(code, message)
        response = key_service_pb2.BatchEncryptResponse()
        for each in request.requests:
            if each.plaintext == b"bad":
                trailer = dict(details("STORE_UNAVAILABLE", retry_after=1.5))
                status = response.results.add().status
                status.ParseFromString(trailer["grpc-status-details-bin"])
                status.code, status.message = grpc.StatusCode.UNAVAILABLE.value[0], "busy"
            elif each.plaintext == b"nothing":
                response.results.add()
            elif each.plaintext != b"short":
                response.results.add().response.token = each.plaintext.decode()[:20]
        return response

    def stop(self):
        self._stopping.set()
        self._server.stop(0).wait()
