"""By what a call is found again: the trace that it belongs to, and its request id."""
import json
import re

import grpc
import pytest

from harness import formats, rows
from harness.batches import to_encrypt
from harness.rpc import Failure
from harness.stubs import keys

TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE_ID}-{PARENT_ID}-01"
MADE = re.compile("[0-9a-f]{32}")
# What can be sent as metadata, and is no request id.
NO_REQUEST_IDS = ["a b", "x" * 129, ""]
IDS = ("trace_id", "parent_id", "request_id")


def answered_id(trailers) -> str | None:
    found = [value for key, value in trailers or () if key == "x-request-id"]
    assert len(found) <= 1
    return found[0] if found else None


def encrypt(client, *metadata: tuple[str, str], user: str = "alice") -> str | None:
    """The request id in the answer."""
    request = keys.EncryptRequest(user_id=user, plaintext=b"x").SerializeToString()
    _, call = client.method("Encrypt").with_call(request, metadata=metadata)
    return answered_id(call.trailing_metadata())


def fail(client, *metadata: tuple[str, str], user: str = "") -> str:
    """The request id of a call for that user, which is refused."""
    with pytest.raises(grpc.RpcError) as raised:
        encrypt(client, *metadata, user=user)
    return answered_id(Failure.of(raised.value).trailers)


@pytest.fixture
def log(rig):
    return rig.directory / "audit.log"


def recorded(log) -> list[dict]:
    """The ids of each recorded call."""
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    return [{name: line[name] for name in IDS if name in line} for line in lines if line["event"] == "call"]


@pytest.mark.parametrize("request_id", ["7", "x" * 128, "/orders/17?a=b~!\"\\"])
def test_a_request_id_is_answered_and_recorded(rig, log, request_id):
    client = rig.serve(audit_log=log)
    assert encrypt(client, ("x-request-id", request_id)) == request_id
    assert fail(client, ("x-request-id", request_id)) == request_id
    assert recorded(log) == [{"request_id": request_id}] * 2


@pytest.mark.parametrize("metadata", [
    *[(("x-request-id", each),) for each in NO_REQUEST_IDS],
    (("x-request-id", "one"), ("x-request-id", "two")),
], ids=["blank", "long", "empty", "two"])
def test_what_is_no_request_id_is_not_repeated(rig, log, metadata):
    client = rig.serve(audit_log=log)
    assert encrypt(client, *metadata) is None
    assert MADE.fullmatch(fail(client, *metadata))
    assert recorded(log)[0] == {}


def test_a_call_that_fails_is_given_a_request_id_of_its_own(rig, log):
    client = rig.serve(audit_log=log)
    assert encrypt(client) is None
    made = [fail(client) for _ in range(100)]
    assert len(set(made)) == 100 and all(map(MADE.fullmatch, made))
    assert recorded(log) == [{}] + [{"request_id": each} for each in made]


def test_the_trace_is_recorded(rig, log):
    client = rig.serve(audit_log=log)
    encrypt(client, ("traceparent", TRACEPARENT))
    request_id = fail(client, ("traceparent", TRACEPARENT))
    trace = {"trace_id": TRACE_ID, "parent_id": PARENT_ID}
    assert recorded(log) == [trace, trace | {"request_id": request_id}]


@pytest.mark.parametrize("metadata", [
    (("traceparent", TRACEPARENT.upper()),),
    (("traceparent", TRACEPARENT + "-more"),),
    (("traceparent", "x" * 4000),),
], ids=["upper case", "more", "long"])
def test_a_traceparent_that_will_not_do_is_passed_over(rig, log, metadata):
    client = rig.serve(audit_log=log)
    encrypt(client, *metadata)
    assert recorded(log) == [{}]


def test_two_traceparents_are_passed_over_unless_they_come_as_one(rig, log):
    """Newer gRPC hands on one header of that name, whatever came."""
    client = rig.serve(audit_log=log)
    encrypt(client, ("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT))
    assert recorded(log) in ([{}], [{"trace_id": TRACE_ID, "parent_id": PARENT_ID}])


def test_each_item_of_a_batch_is_recorded_with_its_calls_ids(rig, log):
    client = rig.serve(audit_log=log)
    request = keys.BatchEncryptRequest(requests=[to_encrypt("alice", b"x"), to_encrypt("", b"x")])
    client.method("BatchEncrypt").with_call(
        request.SerializeToString(), metadata=(("traceparent", TRACEPARENT), ("x-request-id", "batch-7")))
    assert recorded(log) == [{"trace_id": TRACE_ID, "parent_id": PARENT_ID, "request_id": "batch-7"}] * 2


def test_a_call_that_fails_is_logged_for_whoever_looks_closely(rig):
    server = rig.start(log_level="debug")
    client = rig.client(server)
    encrypt(client, ("traceparent", TRACEPARENT))
    request_id = fail(client, ("traceparent", TRACEPARENT))
    [told] = server.wait_for(lambda server: server.events("call_failed"), "line for the failed call")
    assert told.pop("latency_us") >= 0 and told.pop("time")
    assert told == {
        "level": "debug", "event": "call_failed", "method": "Encrypt", "code": "INVALID_ARGUMENT",
        "reason": "INVALID_REQUEST", "request_id": request_id, "trace_id": TRACE_ID, "parent_id": PARENT_ID}


def test_what_the_server_is_to_blame_for_is_a_warning_and_floods_no_log(rig):
    server = rig.start()
    client = rig.client(server)
    encrypt(client)
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "alice", bytes(formats.NONCE + 32 + formats.TAG))
    server = rig.start()
    client = rig.client(server)
    made = [fail(client, user="alice") for _ in range(100)]
    assert fail(client)  # the caller's fault
    assert rig.end(server) == 0
    told = server.events("call_failed")
    assert all((each["level"], each["reason"]) == ("warning", "STORED_KEY_CORRUPT") for each in told)
    assert [each["request_id"] for each in told][:10] == made[:10]
    assert "alice" not in json.dumps(told)
