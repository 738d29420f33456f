"""grpcurl's path: the services and messages can be found over the wire, by both versions of the protocol."""
import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from harness.rpc import SERVICE
from harness.stubs import keys, reflection, reflection_alpha

VERSIONS = {"v1": reflection, "v1alpha": reflection_alpha}


class Reflection:
    def __init__(self, client, version: str):
        self.package = f"grpc.reflection.{version}"
        self._messages = VERSIONS[version]
        self._call = client.channel.stream_stream(
            f"/{self.package}.ServerReflection/ServerReflectionInfo",
            self._messages.ServerReflectionRequest.SerializeToString,
            self._messages.ServerReflectionResponse.FromString)

    def ask(self, *questions: dict):
        """One stream, as grpcurl uses it: every question gets its answer, in order."""
        requests = [self._messages.ServerReflectionRequest(**question) for question in questions]
        answers = list(self._call(iter(requests)))
        assert len(answers) == len(requests)
        for request, answer in zip(requests, answers):
            assert answer.original_request == request
        return answers


@pytest.fixture(params=VERSIONS)
def reflected(client, request):
    return Reflection(client, request.param)


def files(answer) -> list[descriptor_pb2.FileDescriptorProto]:
    assert answer.WhichOneof("message_response") == "file_descriptor_response", answer
    return [descriptor_pb2.FileDescriptorProto.FromString(raw)
            for raw in answer.file_descriptor_response.file_descriptor_proto]


def closure(reflected, symbol: str) -> descriptor_pool.DescriptorPool:
    """A pool with the file of `symbol` and all it depends on, fetched as a client without protos would."""
    known: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    wanted = [file for file in files(reflected.ask({"file_containing_symbol": symbol})[0])]
    while wanted:
        file = wanted.pop()
        known[file.name] = file
        for name in file.dependency:
            if name not in known and name not in [other.name for other in wanted]:
                wanted += files(reflected.ask({"file_by_filename": name})[0])
    pool = descriptor_pool.DescriptorPool()

    def add(name: str) -> None:
        file = known.pop(name, None)
        if file is not None:
            for dependency in file.dependency:
                add(dependency)
            pool.Add(file)

    for name in list(known):
        add(name)
    return pool


def test_the_services_are_listed(reflected):
    answer = reflected.ask({"list_services": ""})[0]
    names = {service.name for service in answer.list_services_response.service}
    assert {SERVICE, "grpc.health.v1.Health", f"{reflected.package}.ServerReflection"} <= names


def test_every_message_is_described_with_all_it_depends_on(reflected):
    service = closure(reflected, SERVICE).FindServiceByName(SERVICE)
    expected = keys.DESCRIPTOR.services_by_name["KeyService"]
    assert [method.name for method in service.methods] == [m.name for m in expected.methods]
    for method, ours in zip(service.methods, expected.methods):
        for mine, theirs in ((method.input_type, ours.input_type),
                             (method.output_type, ours.output_type)):
            assert mine.full_name == theirs.full_name
            assert ([(f.name, f.number, f.type) for f in mine.fields]
                    == [(f.name, f.number, f.type) for f in theirs.fields])


@pytest.mark.parametrize("symbol", ["keyward.v1.EncryptRequest", "keyward.v1.KeyService.Encrypt",
                                    "google.protobuf.Timestamp", "grpc.health.v1.Health",
                                    "keyward.v1.EncryptRequest.plaintext"])
def test_a_file_is_found_by_any_symbol_in_it(reflected, symbol):
    assert files(reflected.ask({"file_containing_symbol": symbol})[0])


def test_a_file_is_found_by_its_name(reflected):
    found = files(reflected.ask({"file_by_filename": "keyward/v1/key_service.proto"})[0])
    assert found[0].name == "keyward/v1/key_service.proto"
    assert [service.name for service in found[0].service] == ["KeyService"]


@pytest.mark.parametrize("question", [{"file_containing_symbol": "keyward.v1.Nothing"},
                                      {"file_by_filename": "nothing.proto"},
                                      {"file_containing_symbol": ""},
                                      {"all_extension_numbers_of_type": "keyward.v1.Nothing"}])
def test_what_is_unknown_is_an_answer_and_the_stream_goes_on(reflected, question):
    first, second = reflected.ask(question, {"list_services": ""})
    assert first.WhichOneof("message_response") == "error_response"
    assert first.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert second.WhichOneof("message_response") == "list_services_response"


def test_a_message_without_extensions_says_so(reflected):
    answer = reflected.ask({"all_extension_numbers_of_type": "keyward.v1.EncryptRequest"})[0]
    assert answer.WhichOneof("message_response") == "all_extension_numbers_response"
    assert not answer.all_extension_numbers_response.extension_number


def test_a_question_without_a_question_is_an_error_answer(reflected):
    answer = reflected.ask({"host": "x"})[0]
    assert answer.WhichOneof("message_response") == "error_response"


def refuses_reflection(client) -> bool:
    codes = set()
    for version in VERSIONS:
        with pytest.raises(grpc.RpcError) as error:
            Reflection(client, version).ask({"list_services": ""})
        codes.add(error.value.code())
    return codes == {grpc.StatusCode.UNIMPLEMENTED}


def test_reflection_can_be_switched_off(rig):
    client = rig.serve(reflection=False)
    assert refuses_reflection(client)
    assert client.serving("") == "SERVING"


def test_reflection_is_on_for_a_unix_socket(rig):
    path = f"unix:{rig.directory}/k.sock"
    rig.start(listen=path)
    assert Reflection(rig.client(path), "v1").ask({"list_services": ""})


def test_reflection_is_off_where_anyone_may_come_unless_asked_for(rig, outside_address):
    server = rig.start(insecure_listen=f"{outside_address}:0")
    assert refuses_reflection(rig.client(server.address_of(outside_address)))
    assert rig.end(server) == 0
    server = rig.start(insecure_listen=f"{outside_address}:0", reflection=True)
    client = rig.client(server.address_of(outside_address))
    assert Reflection(client, "v1").ask({"list_services": ""})
