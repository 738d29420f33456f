"""script/bootstrap: what it fetches, and the one line it ends with when it cannot."""
import os
import shutil
import subprocess

from script_tree import REPOSITORY, TARBALL, complaint

NOTHING_INSTALLED = "exit 1"
NOBODY = 65534 if os.geteuid() == 0 else None


def pinned_hash(tree) -> str:
    return (tree.root / "cmake" / "boringssl.sha256").read_text().split()[0]


def given(tree) -> dict[str, str]:
    return {"KEYWARD_BORINGSSL": str(tree.root.parent / TARBALL)}


def test_unpacks_what_is_compiled_and_no_more(tree):
    result = tree.bootstrap(**given(tree))
    assert result.returncode == 0, result.stderr
    assert tree.cached() == [pinned_hash(tree)]
    folder = tree.cache / "boringssl" / pinned_hash(tree)
    assert sorted(os.listdir(folder)) == ["android-sources.cmake", "err_data.c", "linux-aarch64",
                                          "linux-x86_64", "src"]
    assert sorted(os.listdir(folder / "src")) == ["LICENSE", "crypto", "include", "third_party"]


def test_a_second_run_fetches_and_says_nothing(tree):
    tree.bootstrap(**given(tree))
    tree.calls.unlink()
    result = tree.bootstrap()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert "apt-get" not in tree.called()


def test_a_changed_pin_is_noticed(tree):
    tree.bootstrap(**given(tree))
    first = pinned_hash(tree)
    tree.pin(tree.make_tarball("# another"))
    assert tree.bootstrap(**given(tree)).returncode == 0
    assert tree.cached() == sorted([first, pinned_hash(tree)])


def test_a_wrong_hash_is_refused_and_leaves_nothing(tree):
    tree.make_tarball("# tampered with")
    line = complaint(tree.bootstrap(**given(tree)))
    assert f"not the pinned {pinned_hash(tree)}" in line
    assert "KEYWARD_BORINGSSL" in line
    assert tree.cached() == []


def test_a_tarball_that_does_not_exist_is_named(tree):
    line = complaint(tree.bootstrap(KEYWARD_BORINGSSL="/no/such.tar.xz"))
    assert "/no/such.tar.xz" in line


def test_two_at_once_leave_one_whole_tree(tree):
    command = [str(tree.tools / "bash"), str(tree.root / "script" / "bootstrap")]
    environment = {"PATH": str(tree.tools), "HOME": "/", "KEYWARD_CACHE_DIR": str(tree.cache)} | given(tree)
    both = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert tree.cached() == [pinned_hash(tree)]


def test_a_mirror_that_refuses_says_what_to_do(tree):
    real = shutil.which("apt-get")
    tree.stand_in("apt-get", 'if [[ $1 == indextargets ]]; then echo http://127.0.0.1:1/debian/; '
                             f'else exec {real} "$@"; fi')
    result = tree.bootstrap()
    line = complaint(result)
    assert "Failed to fetch" in line and "check the network" in line
    assert TARBALL in line
    for suite in ("trixie", "bookworm-backports", "sid"):
        assert suite in result.stderr


def test_no_mirror_known_says_what_to_do(tree):
    tree.stand_in("apt-get", "exit 0")
    assert "apt-get update" in complaint(tree.bootstrap())


def test_the_machine_s_own_apt_state_is_not_used_for_the_download(tree):
    tree.stand_in("apt-get", "[[ $1 == indextargets ]] || exit 1; echo http://mirror.invalid/debian/")
    tree.bootstrap()
    downloads = [line for line in tree.called().splitlines() if line.startswith("apt-get -q -o Dir::Etc::")]
    assert len(downloads) == 3
    for line in downloads:
        for option in ("Dir::Etc::SourceList=/dev/null", "Dir::Etc::SourceParts=", "Dir::State=", "Dir::Cache="):
            assert option in line


def test_without_apt_get_it_says_what_is_needed(tree):
    (tree.tools / "apt-get").unlink()
    line = complaint(tree.bootstrap())
    assert "apt-get is missing" in line and "Debian" in line


def test_missing_packages_without_root_or_sudo_are_listed(tree):
    tree.stand_in("dpkg-query", NOTHING_INSTALLED)
    line = complaint(tree.bootstrap(user=NOBODY))
    assert "apt-get install --no-install-recommends g++ cmake ninja-build" in line


def test_a_failed_update_gives_apt_s_reason(tree):
    tree.stand_in("dpkg-query", NOTHING_INSTALLED)
    tree.stand_in("sudo", 'shift; "$@"')
    tree.stand_in("apt-get", "echo 'E: Could not resolve the mirror'; exit 100")
    line = complaint(tree.bootstrap())
    assert "apt-get update failed (Could not resolve the mirror)" in line


def test_a_mirror_that_is_not_reached_is_the_reason_of_a_failed_install(tree):
    tree.stand_in("dpkg-query", NOTHING_INSTALLED)
    tree.stand_in("sudo", 'shift; "$@"')
    tree.stand_in("apt-get", "[[ $* == *update ]] && { echo 'W: Failed to fetch http://mirror'; exit 0; }\n"
                             "echo 'E: Unable to locate package g++'; exit 100")
    assert "apt-get install failed (Failed to fetch http://mirror)" in complaint(tree.bootstrap())


def test_a_failed_install_gives_the_reason_and_not_a_mere_warning(tree):
    tree.stand_in("dpkg-query", NOTHING_INSTALLED)
    tree.stand_in("sudo", 'echo "sudo: unable to resolve host" >&2; shift; "$@"')
    tree.stand_in("apt-get", "[[ $* == *update ]] && exit 0; echo 'E: Can not write log' >&2\n"
                             "echo 'dpkg: error processing package cmake' >&2; exit 100")
    assert "apt-get install failed (dpkg: error processing package cmake)" in complaint(tree.bootstrap())


def test_sudo_without_leave_is_the_reason(tree):
    tree.stand_in("dpkg-query", NOTHING_INSTALLED)
    tree.stand_in("sudo", 'echo "sudo: unable to resolve host" >&2; echo "sudo: a password is required" >&2; exit 1')
    assert "(sudo: a password is required)" in complaint(tree.bootstrap(user=NOBODY))


def test_shows_how_far_the_installing_is(tree):
    tree.stand_in("dpkg-query", NOTHING_INSTALLED)
    tree.stand_in("sudo", 'shift; "$@"')
    tree.stand_in("apt-get", "[[ $* == *update ]] && exit 0\n"
                             "echo '0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.'")
    assert "0 % of 2 packages" in tree.bootstrap(**given(tree)).stderr


def test_only_what_is_missing_is_installed(tree):
    tree.stand_in("dpkg-query", 'shift 3; for package; do [[ $package == cmake ]] || echo "$package installed"; done')
    tree.stand_in("sudo", 'shift; "$@"')
    tree.stand_in("apt-get", "exit 0")
    assert tree.bootstrap(**given(tree)).returncode == 0
    installs = [line for line in tree.called().splitlines() if " install " in line and line.startswith("apt-get")]
    assert len(installs) == 1
    assert installs[0].endswith("--no-install-recommends cmake")


def test_an_unknown_set_is_named(tree):
    assert "no set 'sever'" in complaint(tree.bootstrap("sever"))


def test_a_cache_that_cannot_be_written_is_named(tree):
    tree.cache.write_text("a file stands in the way")
    assert f"cannot write to {tree.cache}" in complaint(tree.bootstrap(**given(tree)))


def test_the_pin_is_the_published_one():
    pin = (REPOSITORY / "cmake" / "boringssl.sha256").read_text()
    assert pin == ("f9223e8c15ad5d9e3f1cd50861f4c272658864661e2332bea5d60952aa0930cd  "
                   "android-platform-external-boringssl_14.0.0+r45.orig.tar.xz\n")
