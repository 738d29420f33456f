"""KeyAdminService and Rewrap under a policy: who may do what, on whom."""
from harness import formats
from harness.admin import METHODS, Admin
from harness.rpc import POOL, refused

POLICY = '''
grants { principals: "loopback" permissions: [%s] users: "%s" pool: true }
'''


def with_policy(rig, permissions: str, users: str, **flags) -> Admin:
    path = rig.directory / "policy"
    path.write_text(POLICY % (permissions, users))
    return Admin(rig.serve(policy=path, **flags))


def denied():
    return refused("PERMISSION_DENIED", "PERMISSION_DENIED")


PER_USER = [name for name, method in METHODS.items() if "user_id" in method.input_type.fields_by_name]
OF_ALL = [name for name in METHODS if name not in PER_USER]


def test_admin_on_some_users_is_admin_on_them_alone(rig):
    admin = with_policy(rig, "ADMIN, ENCRYPT", "mine-*")
    admin.client.encrypt("mine-1", b"x")
    assert admin.RotateUserKey(user_id="mine-1").primary_version == 2
    for verb in PER_USER:
        with denied():
            getattr(admin, verb)(user_id="theirs")
        with denied():
            getattr(admin, verb)(user_id="theirs" * 100)
    for verb in OF_ALL:
        with denied():
            getattr(admin, verb)()


def test_admin_on_every_user_is_needed_for_what_names_none(rig):
    admin = with_policy(rig, "ADMIN, ENCRYPT", "*")
    admin.client.encrypt("u", b"x")
    assert [user.user_id for user in admin.users()] == ["u"]
    assert admin.GetKekStatus().keks and admin.VerifyStore().users == 1


def test_no_other_permission_stands_for_admin(rig):
    admin = with_policy(rig, "ENCRYPT, DECRYPT, EXPORT, REWRAP, LEGACY_PLAINTEXT", "*")
    admin.client.encrypt("u", b"x")
    for verb in PER_USER:
        with denied():
            getattr(admin, verb)(user_id="u")
    for verb in OF_ALL:
        with denied():
            getattr(admin, verb)()


def test_rewrap_is_a_permission_of_its_own(rig):
    admin = with_policy(rig, "REWRAP", "*")
    token = formats.token(bytes(32), b"x")
    with refused("NOT_FOUND", "USER_KEY_NOT_FOUND"):
        admin.client.rewrap("u", token)
    for call in (lambda: admin.client.decrypt("u", token), lambda: admin.client.encrypt("u", b"x")):
        with denied():
            call()
    assert admin.client.rewrap(POOL, formats.token(formats.pool_key(rig.kek), b"x")).changed is False


def test_decrypt_and_encrypt_do_not_let_anybody_rewrap(rig):
    admin = with_policy(rig, "ENCRYPT, DECRYPT", "*")
    for scope in ("u", POOL):
        token = admin.client.encrypt(scope, b"x").token
        with denied():
            admin.client.rewrap(scope, token)
