"""What a scrape shows of a real server; and the alerts and the dashboard that build on it."""
import json
import os
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request

import grpc
import pytest

from harness import paths, scrape
from harness.certificates import Authority
from harness.rpc import refused
from harness.stubs import keys
from harness.waiting import until

DEPLOY = paths.REPOSITORY / "deploy"
METRIC = re.compile(r"\b(?:grpc_server|keyward|process)_[a-z_]+\b")
METRICS = {"metrics_listen": "127.0.0.1:0"}
KEY_SERVICE = "keyward.v1.KeyService"


@pytest.fixture
def server(rig):
    return rig.start(**METRICS)


def promtool(*arguments: str, **options) -> None:
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0 and not done.stderr, done


def test_calls_are_counted_by_method_and_status_and_by_reason(rig, server):
    client = rig.client(server)
    for _ in range(3):
        client.encrypt("alice", b"x")
    with refused("INVALID_ARGUMENT", "TOKEN_MALFORMED"):
        client.decrypt("alice", "no token")
    labels = {"grpc_type": "unary", "grpc_service": KEY_SERVICE}
    counted = scrape.samples(server)

    def of(name: str, **more: str) -> float:
        return counted[name, frozenset((labels | more).items())]

    assert of("grpc_server_started_total", grpc_method="Encrypt") == 3
    assert of("grpc_server_handled_total", grpc_method="Encrypt", grpc_code="OK") == 3
    assert of("grpc_server_handled_total", grpc_method="Decrypt", grpc_code="InvalidArgument") == 1
    assert of("grpc_server_handling_seconds_count", grpc_method="Encrypt") == 3
    assert of("grpc_server_handling_seconds_bucket", grpc_method="Encrypt", le="+Inf") == 3
    assert 0 < of("grpc_server_handling_seconds_sum", grpc_method="Encrypt") < paths.PATIENCE
    assert scrape.value(server, "keyward_refused_total", reason="TOKEN_MALFORMED") == 1
    assert scrape.value(server, "keyward_refused_total") == 1
    assert client.serving() == "SERVING"
    assert scrape.value(server, "grpc_server_handled_total", grpc_service="grpc.health.v1.Health",
                        grpc_method="Check") == 1


def test_each_item_of_a_batch_that_is_refused_is_counted_by_its_reason(rig, server):
    client = rig.client(server)
    client.encrypt("alice", b"x")
    batch = keys.BatchDecryptRequest(requests=[
        keys.DecryptRequest(user_id="alice", token="no token"), keys.DecryptRequest(user_id="alice", token="nor this"),
        keys.DecryptRequest(user_id="", token="v2:x")])
    client.call("BatchDecrypt", batch)
    reasons = {reason: scrape.value(server, "keyward_refused_total", reason=reason)
               for reason in ("TOKEN_MALFORMED", "INVALID_REQUEST")}
    assert reasons == {"TOKEN_MALFORMED": 2, "INVALID_REQUEST": 1}


def test_cache_store_and_keys_are_counted(rig):
    server = rig.start(**METRICS, cache_max_keys=16)
    client = rig.client(server)
    for number in range(40):
        client.encrypt(f"user-{number}", b"x")
    hits = scrape.value(server, "keyward_cache_hits_total")
    client.encrypt("user-39", b"x")
    assert scrape.value(server, "keyward_cache_hits_total") > hits
    assert 0 < scrape.value(server, "keyward_cache_entries") <= 16
    assert scrape.value(server, "keyward_cache_evictions_total") >= 24
    assert scrape.value(server, "keyward_user_keys_created_total") == 40
    assert scrape.value(server, "keyward_store_calls_total", operation="create", result="ok") > 0
    assert scrape.value(server, "keyward_store_up", store="sqlite") == 1
    assert scrape.value(server, "keyward_kek_info", state="current") == 1


def test_no_caller_can_make_a_series(rig, server):
    client = rig.client(server)
    client.encrypt("alice", b"x")
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        client.encrypt("", b"x")
    scrape.samples(server)
    before = set(scrape.samples(server))
    for number in range(50):
        client.encrypt(f"user-{number}", b"x")
        with pytest.raises(grpc.RpcError):
            client.channel.unary_unary(f"/{KEY_SERVICE}/Method{number}")(b"")
        with pytest.raises(grpc.RpcError):
            client.channel.unary_unary(f"/some.Service{number}/Get")(b"")
        with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
            client.encrypt("", b"x")
    assert set(scrape.samples(server)) == before
    text = scrape.text(server)
    assert "user-1" not in text and "alice" not in text


def test_promtool_finds_nothing_to_say(rig, server):
    rig.client(server).encrypt("alice", b"x")
    ours = "\n".join(line for line in scrape.text(server).splitlines() if "exposer_" not in line)
    promtool("check", "metrics", input=ours + "\n")


def test_what_the_documents_the_alerts_and_the_dashboard_name_is_there(rig):
    """Of a server of which there is all to tell."""
    authority = Authority(rig.directory, "authority")
    own = authority.issue("localhost")
    server = rig.start(**METRICS, audit_log=rig.directory / "audit.log", listen=f"unix:{rig.directory}/socket",
                       tls_cert=own.certificate, tls_key=own.key, tls_client_ca=authority.root)
    with refused("INVALID_ARGUMENT", "INVALID_REQUEST"):
        rig.client(server).encrypt("", b"x")
    told = scrape.names(server)
    operations = (paths.REPOSITORY / "docs" / "OPERATIONS.md").read_text("utf-8")
    table = operations[operations.index("## Metrics"):].split("\n## ")[0]
    assert set(METRIC.findall(table)) == told
    for path in (DEPLOY / "prometheus" / "alerts.yaml", DEPLOY / "grafana" / "keyward.json"):
        named = {re.sub(r"_(bucket|sum|count)$", "", each) for each in METRIC.findall(path.read_text("utf-8"))}
        assert named and named <= told, path
    json.loads((DEPLOY / "grafana" / "keyward.json").read_text("utf-8"))
    alerts = re.findall(r"alert: (\w+)", (DEPLOY / "prometheus" / "alerts.yaml").read_text("utf-8"))
    assert re.findall(r"^\| `(Keyward\w+)` \|", table, re.MULTILINE) == alerts


def test_the_alerts_fire_for_what_they_are_about():
    promtool("check", "rules", "alerts.yaml", cwd=DEPLOY / "prometheus")
    promtool("test", "rules", "alerts_test.yaml", cwd=DEPLOY / "prometheus")


@pytest.mark.parametrize("flag, value, says", [
    ("metrics_listen", "nowhere", "--metrics_listen: 'nowhere'"),
    ("metrics_listen", "unix:/tmp/x", "--metrics_listen: takes HOST:PORT"),
    ("health_listen", "unix:/tmp/x", "--health_listen: takes HOST:PORT"),
    ("otlp_endpoint", "http://user:sesame@host:4317", "--otlp_endpoint: takes http://HOST:PORT or https://HOST:PORT"),
])
def test_what_makes_no_sense_ends_the_start(rig, flag, value, says):
    assert says in rig.refuse(**{flag: value})


@pytest.mark.parametrize("flag", ["metrics_listen", "health_listen"])
def test_a_port_that_is_taken_ends_the_start(rig, flag):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert address in rig.refuse(**{flag: address})


def test_nothing_but_metrics_is_answered(server):
    base = f"http://{scrape.address(server)}"
    for path in ("/", "/etc/passwd", "/../../etc/passwd", "/metrics/../../etc/passwd"):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(base + path)
        assert error.value.code in (400, 403, 404), path


def test_connections_that_say_nothing_keep_no_call_waiting(rig, server):
    host, port = scrape.address(server).rsplit(":", 1)
    idle = [socket.create_connection((host, int(port))) for _ in range(50)]
    assert rig.client(server).encrypt("alice", b"x").token
    for each in idle:
        each.close()
    until(lambda: scrape.value(server, "keyward_serving") == 1, "scraped again")


def test_probes_have_a_plain_listener_that_serves_health_alone(rig):
    server = rig.start(health_listen="127.0.0.1:0", drain_delay="0s")
    (event,) = server.events("health_listening")
    probe = rig.client(event["address"])
    assert probe.serving("") == probe.serving("liveness") == probe.serving(KEY_SERVICE) == "SERVING"
    for method, request in (("Encrypt", keys.EncryptRequest(user_id="a", plaintext=b"x")),
                            ("GetStatus", keys.GetStatusRequest())):
        with pytest.raises(grpc.RpcError) as error:
            probe.call(method, request)
        assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert rig.client(server).encrypt("a", b"x").token
    assert rig.end(server) == 0


def test_probes_see_that_there_is_no_master_key(rig):
    server = rig.start(health_listen="127.0.0.1:0", kek=None)
    (event,) = server.events("health_listening")
    probe = rig.client(event["address"])
    assert (probe.serving(""), probe.serving("liveness")) == ("NOT_SERVING", "SERVING")
