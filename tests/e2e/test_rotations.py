"""The server's certificate is replaced under load. script/soak does so a thousand times."""
from harness.rotations import Rotations


def test_no_call_fails_while_certificates_change(rig):
    rotations = Rotations(rig)
    for _ in range(10):
        rotations.rotate()
    rotations.finish()
    assert rotations.calls >= 40
