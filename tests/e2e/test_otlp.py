"""Spans of served calls, exported to an OpenTelemetry collector: a server that was built with the library for it."""
import json
import signal
import socket
import time

import grpc
import pytest

from harness import certificates, formats, otlp, rows, scrape, waiting
from harness.batches import to_encrypt
from harness.stubs import keys

TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = ("traceparent", f"00-{TRACE_ID}-{PARENT_ID}-01")
NOT_SAMPLED = ("traceparent", f"00-{TRACE_ID}-{PARENT_ID}-00")
# More than the server lets wait.
MANY = 3000


with_otlp = pytest.mark.skipif(not otlp.is_built_in(), reason="built without OpenTelemetry's library")


@pytest.fixture
def collector():
    with otlp.collector() as made:
        yield made


def encrypt(client, *metadata: tuple[str, str], user: str = "alice") -> None:
    request = keys.EncryptRequest(user_id=user, plaintext=b"sk-test-123").SerializeToString()
    client.method("Encrypt").with_call(request, metadata=metadata)


def fail(client, *metadata: tuple[str, str], user: str = "") -> None:
    with pytest.raises(grpc.RpcError):
        encrypt(client, *metadata, user=user)


def exporting(rig, to: otlp.Collector | int, **options):
    port = to if isinstance(to, int) else to.port
    return rig.start(otlp_endpoint=f"http://127.0.0.1:{port}", metrics_listen="127.0.0.1:0", **options)


def counted(server, result: str) -> float:
    return scrape.value(server, "keyward_otlp_spans_total", result=result)


@pytest.mark.skipif(otlp.is_built_in(), reason="built with OpenTelemetry's library")
def test_a_server_built_without_the_library_says_so(rig):
    assert "--otlp_endpoint: this program was built without" in rig.refuse(otlp_endpoint="http://127.0.0.1:4317")


@with_otlp
def test_a_sampled_call_is_a_span_of_its_callers_trace(rig, collector):
    client = rig.client(exporting(rig, collector))
    before = time.time_ns()
    encrypt(client, SAMPLED)
    after = time.time_ns()
    [span] = collector.wait_for_spans(1)
    assert (span.trace_id, span.parent_id) == (TRACE_ID, PARENT_ID)
    assert len(bytes.fromhex(span.span_id)) == 8 and span.span_id != PARENT_ID
    assert (span.name, span.kind) == ("keyward.v1.KeyService/Encrypt", otlp.SERVER_SPAN)
    assert span.attributes == {"rpc.system": "grpc", "rpc.service": "keyward.v1.KeyService", "rpc.method": "Encrypt",
                               "rpc.grpc.status_code": 0}
    assert not span.is_error
    assert before <= span.start_ns <= span.end_ns <= after
    assert span.resource["service.name"] == "keyward" and span.resource["service.version"]


@with_otlp
def test_what_is_not_sampled_is_not_exported(rig, collector):
    client = rig.client(exporting(rig, collector))
    for metadata in [(), (NOT_SAMPLED,), (SAMPLED, SAMPLED), (("traceparent", "nonsense"),)]:
        encrypt(client, *metadata)
    encrypt(client, SAMPLED, ("x-request-id", "last"))
    spans = collector.wait_for_spans(1)
    assert [span.attributes.get("keyward.request_id") for span in spans] == ["last"]


@with_otlp
def test_a_failed_call_tells_its_reason_and_its_request_id(rig, collector):
    client = rig.client(exporting(rig, collector))
    fail(client, SAMPLED, ("x-request-id", "order-7"))
    fail(client, SAMPLED)
    named, given = collector.wait_for_spans(2)
    assert named.attributes["rpc.grpc.status_code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert named.attributes["keyward.reason"] == "INVALID_REQUEST"
    assert named.attributes["keyward.request_id"] == "order-7"
    assert len(given.attributes["keyward.request_id"]) == 32
    assert not named.is_error, "a caller's fault"


@with_otlp
def test_what_the_server_is_to_blame_for_is_an_error(rig, collector):
    server = rig.start()
    encrypt(rig.client(server))
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "alice", bytes(formats.NONCE + 32 + formats.TAG))
    fail(rig.client(exporting(rig, collector)), SAMPLED, user="alice")
    [span] = collector.wait_for_spans(1)
    assert span.is_error and span.attributes["keyward.reason"] == "STORED_KEY_CORRUPT"


@with_otlp
def test_a_batch_is_one_span_and_no_span_tells_of_users_or_values(rig, collector):
    client = rig.client(exporting(rig, collector))
    request = keys.BatchEncryptRequest(requests=[to_encrypt("alice", b"sk-test-123"), to_encrypt("bob", b"sk-test-123")])
    client.method("BatchEncrypt").with_call(request.SerializeToString(), metadata=(SAMPLED,))
    encrypt(client, SAMPLED)
    assert [span.name for span in collector.wait_for_spans(2)] == [
        "keyward.v1.KeyService/BatchEncrypt", "keyward.v1.KeyService/Encrypt"]
    for secret in (b"alice", b"bob", b"sk-test-123", b"v2:"):
        assert not any(secret in body for body in collector.bodies)


@with_otlp
def test_what_waits_is_sent_when_the_server_stops(rig, collector):
    server = exporting(rig, collector)
    client = rig.client(server)
    for _ in range(100):
        encrypt(client, SAMPLED)
    assert rig.end(server) == 0
    assert len(collector.spans) == 100


@with_otlp
def test_a_collector_that_is_away_is_told_once_and_takes_no_call_with_it(rig):
    with otlp.collector() as away:
        port = away.port
    server = exporting(rig, port)
    client = rig.client(server)
    for number in range(3):
        encrypt(client, SAMPLED)
        waiting.until(lambda: counted(server, "failed") == number + 1, "counted as failed")
    assert [each["endpoint"] for each in server.events("otlp_failed")] == [f"http://127.0.0.1:{port}"]
    assert server.events("otlp_failed")[0]["level"] == "warning"
    with otlp.collector(f"127.0.0.1:{port}") as back:
        waiting.until(lambda: encrypt(client, SAMPLED) or back.spans, "exported again")
        server.wait_for(lambda each: each.events("otlp_works_again"), "line for it")
    assert counted(server, "exported") >= 1
    assert all(line.startswith("{") for line in server.lines), server.log()


@with_otlp
def test_a_collector_that_never_answers_neither_fills_memory_nor_holds_up_the_end(rig):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = exporting(rig, silent.getsockname()[1])
        client = rig.client(server)
        for _ in range(MANY):
            encrypt(client, SAMPLED)
        assert counted(server, "dropped") > 0
        assert rig.end(server) == 0


@with_otlp
def test_a_collector_with_a_certificate_is_checked_against_the_ca(rig):
    right = certificates.Authority(rig.directory, "right")
    wrong = certificates.Authority(rig.directory, "wrong")
    own = right.issue("collector")
    credentials = grpc.ssl_server_credentials([(own.key.read_bytes(), own.certificate.read_bytes())])
    with otlp.collector("127.0.0.1:0", credentials) as collector:
        for authority in (wrong, right):
            server = rig.start(otlp_endpoint=f"https://127.0.0.1:{collector.port}", metrics_listen="127.0.0.1:0",
                               environment={"OTEL_EXPORTER_OTLP_CERTIFICATE": str(authority.root)})
            encrypt(rig.client(server), SAMPLED)
            result = "exported" if authority is right else "failed"
            waiting.until(lambda: counted(server, result) == 1, result)
            assert len(collector.spans) == (1 if authority is right else 0)
            assert rig.end(server) == 0


@with_otlp
def test_opentelemetrys_own_variables_hold(rig, collector):
    server = exporting(rig, collector, environment={
        "OTEL_SERVICE_NAME": "keys-eu", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=seven"})
    encrypt(rig.client(server), SAMPLED)
    [span] = collector.wait_for_spans(1)
    assert span.resource["service.name"] == "keys-eu" and span.resource["deployment.environment"] == "test"
    assert collector.headers[0]["x-tenant"] == "seven"
    assert rig.end(server) == 0
    assert "seven" not in json.dumps(server.events())


@with_otlp
def test_spans_of_one_second_leave_with_the_system_call_filter_on(rig, collector):
    server = exporting(rig, collector, seccomp="on")
    client = rig.client(server)
    encrypt(client, SAMPLED)
    collector.wait_for_spans(1)
    server.send(signal.SIGTERM)
    assert server.wait() == 0
