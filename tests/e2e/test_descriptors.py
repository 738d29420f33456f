"""The released protos: a field, once released, never changes."""
import difflib
import os
import pathlib

from google.protobuf import descriptor_pb2, text_format

from harness.stubs import admin, details, keys

GOLDEN = pathlib.Path(__file__).parent / "golden" / "keyward_v1.txtpb"
ADVICE = """
The descriptors are not those of the snapshot. A released field, method, or number never changes and is never
used again: remove one only by `reserved`. To add one on purpose, give it the next free number and run
    KEYWARD_UPDATE_GOLDEN=1 python3 -m pytest tests/e2e/test_descriptors.py
then commit the snapshot together with the proto; its diff must hold additions alone.
"""


def described() -> str:
    files = descriptor_pb2.FileDescriptorSet()
    for module in (keys, details, admin):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    for file in files.file:
        clear_derived(file.message_type)
    return text_format.MessageToString(files)


def clear_derived(messages) -> None:
    """Drops what some releases of protobuf write out and others leave to be derived."""
    for message in messages:
        for field in message.field:
            field.ClearField("json_name")
        clear_derived(message.nested_type)


def test_released_fields_do_not_change():
    text = described()
    if os.environ.get("KEYWARD_UPDATE_GOLDEN"):
        GOLDEN.write_text(text, "utf-8")
    released = GOLDEN.read_text("utf-8")
    changes = "\n".join(difflib.unified_diff(released.splitlines(), text.splitlines(),
                                             "released", "proto/", lineterm="", n=6))
    assert released == text, f"{ADVICE}\n{changes}"


def test_the_details_are_googles_on_the_wire():
    """google.rpc.Status, ErrorInfo and RetryInfo: numbers and types."""
    def shape(message):
        return [(f.name, f.number, f.type, f.label) for f in message.DESCRIPTOR.fields]

    string, message, int32, optional, repeated = 9, 11, 5, 1, 3
    assert shape(details.StatusDetails) == [("code", 1, int32, optional), ("message", 2, string, optional),
                                            ("details", 3, message, repeated)]
    assert shape(details.ErrorInfo) == [("reason", 1, string, optional), ("domain", 2, string, optional),
                                        ("metadata", 3, message, repeated)]
    assert shape(details.RetryInfo) == [("retry_delay", 1, message, optional)]
