"""The calls of both operators' clients, as `calls` has those of the others. No I/O."""

import uuid
from datetime import UTC, datetime
from typing import Any

from keyward.admin_results import (
    BackedUp,
    Kek,
    KekStatus,
    KeyInfo,
    KeyVersion,
    RewrapProgress,
    StoreFault,
    Verified,
)
from keyward.calls import Call
from keyward.v1 import key_admin_service_pb2 as pb

#: A page of `list_user_keys`, and the token of the next.
Page = tuple[list[KeyInfo], str]


def get_user_key(user_id: str) -> Call[KeyInfo]:
    return Call("GetUserKey", pb.GetUserKeyRequest(user_id=user_id), _read_key)


def list_user_keys(filter: str, page_size: int, page_token: str) -> Call[Page]:
    request = pb.ListUserKeysRequest(filter=filter, page_size=page_size, page_token=page_token)
    return Call("ListUserKeys", request, _read_page)


def rotate_user_key(user_id: str, request_id: str | None, etag: str) -> Call[KeyInfo]:
    # gRPC sends a call again whose answer was lost, and that must not rotate twice.
    request_id = uuid.uuid4().hex if request_id is None else request_id
    request = pb.RotateUserKeyRequest(user_id=user_id, request_id=request_id, etag=etag)
    return Call("RotateUserKey", request, _read_key)


def disable_user_key(user_id: str, version: int, etag: str) -> Call[KeyInfo]:
    request = pb.DisableUserKeyRequest(user_id=user_id, version=version, etag=etag)
    return Call("DisableUserKey", request, _read_key)


def enable_user_key(user_id: str, version: int, etag: str) -> Call[KeyInfo]:
    request = pb.EnableUserKeyRequest(user_id=user_id, version=version, etag=etag)
    return Call("EnableUserKey", request, _read_key)


def set_minimum_version(user_id: str, min_version: int, etag: str) -> Call[KeyInfo]:
    request = pb.SetMinimumVersionRequest(user_id=user_id, min_version=min_version, etag=etag)
    return Call("SetMinimumVersion", request, _read_key)


def delete_user_key(user_id: str, etag: str) -> Call[KeyInfo]:
    return Call("DeleteUserKey", pb.DeleteUserKeyRequest(user_id=user_id, etag=etag), _read_key)


def undelete_user_key(user_id: str, etag: str) -> Call[KeyInfo]:
    request = pb.UndeleteUserKeyRequest(user_id=user_id, etag=etag)
    return Call("UndeleteUserKey", request, _read_key)


def destroy_user_key(user_id: str, etag: str) -> Call[KeyInfo]:
    return Call("DestroyUserKey", pb.DestroyUserKeyRequest(user_id=user_id, etag=etag), _read_key)


def get_kek_status() -> Call[KekStatus]:
    return Call("GetKekStatus", pb.GetKekStatusRequest(), _read_status)


def rewrap_user_keys(max_keys_per_second: int) -> Call[RewrapProgress]:
    request = pb.RewrapUserKeysRequest(max_keys_per_second=max_keys_per_second)
    return Call("RewrapUserKeys", request, _read_progress)


def retire_kek(kek_id: str, confirm_pool_rewrapped: bool) -> Call[Kek]:
    request = pb.RetireKekRequest(kek_id=kek_id, confirm_pool_rewrapped=confirm_pool_rewrapped)
    return Call("RetireKek", request, lambda response: _read_kek(response.kek))


def verify_store(deadline: float) -> Call[Verified]:
    return Call("VerifyStore", pb.VerifyStoreRequest(), _read_verified, deadline)


def backup(file_name: str, deadline: float) -> Call[BackedUp]:
    return Call("Backup", pb.BackupRequest(file_name=file_name), _read_backup, deadline)


def _time(message: Any, field: str) -> datetime | None:
    return getattr(message, field).ToDatetime(tzinfo=UTC) if message.HasField(field) else None


def _read_key(key: pb.UserKey) -> KeyInfo:
    return KeyInfo(
        user_id=key.user_id,
        state=pb.UserKey.State.Name(key.state),
        primary_version=key.primary_version,
        min_version=key.min_version,
        versions=tuple(_read_version(version) for version in key.versions),
        etag=key.etag,
        purge_time=_time(key, "purge_time"),
        rotation_due=key.rotation_due,
    )


def _read_version(version: pb.UserKeyVersion) -> KeyVersion:
    return KeyVersion(
        version=version.version,
        state=pb.UserKeyVersion.State.Name(version.state),
        create_time=version.create_time.ToDatetime(tzinfo=UTC),
        kek_id=version.kek_id,
        messages=version.messages,
    )


def _read_page(response: pb.ListUserKeysResponse) -> Page:
    return [_read_key(key) for key in response.user_keys], response.next_page_token


def _read_kek(kek: pb.Kek) -> Kek:
    return Kek(
        kek_id=kek.kek_id,
        current=kek.current,
        loaded=kek.loaded,
        keys=kek.keys,
        retire_time=_time(kek, "retire_time"),
    )


def _read_progress(progress: pb.RewrapProgress) -> RewrapProgress:
    return RewrapProgress(
        state=pb.RewrapProgress.State.Name(progress.state),
        kek_id=progress.kek_id,
        keys_at_start=progress.keys_at_start,
        users_seen=progress.users_seen,
        keys_rewrapped=progress.keys_rewrapped,
        keys_failed=progress.keys_failed,
        start_time=_time(progress, "start_time"),
        end_time=_time(progress, "end_time"),
        error=progress.error,
    )


def _read_status(status: pb.KekStatus) -> KekStatus:
    return KekStatus(
        keks=tuple(_read_kek(kek) for kek in status.keks), rewrap=_read_progress(status.rewrap)
    )


def _read_faults(response: Any) -> tuple[StoreFault, ...]:
    return tuple(
        StoreFault(fault=each.fault, count=each.count, user_ids=tuple(each.user_ids))
        for each in response.faults
    )


def _read_verified(response: pb.VerifyStoreResponse) -> Verified:
    return Verified(users=response.users, keys=response.keys, faults=_read_faults(response))


def _read_backup(response: pb.BackupResponse) -> BackedUp:
    return BackedUp(
        path=response.path,
        bytes=response.bytes,
        users=response.users,
        faults=_read_faults(response),
    )
