from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BackupRequest(_message.Message):
    __slots__ = ["file_name"]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    def __init__(self, file_name: _Optional[str] = ...) -> None: ...

class BackupResponse(_message.Message):
    __slots__ = ["bytes", "faults", "path", "users"]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    bytes: int
    faults: _containers.RepeatedCompositeFieldContainer[StoreFault]
    path: str
    users: int
    def __init__(self, path: _Optional[str] = ..., bytes: _Optional[int] = ..., users: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[StoreFault, _Mapping]]] = ...) -> None: ...

class DeleteUserKeyRequest(_message.Message):
    __slots__ = ["etag", "user_id"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    etag: str
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DestroyUserKeyRequest(_message.Message):
    __slots__ = ["etag", "user_id"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    etag: str
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DisableUserKeyRequest(_message.Message):
    __slots__ = ["etag", "user_id", "version"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    etag: str
    user_id: str
    version: int
    def __init__(self, user_id: _Optional[str] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class EnableUserKeyRequest(_message.Message):
    __slots__ = ["etag", "user_id", "version"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    etag: str
    user_id: str
    version: int
    def __init__(self, user_id: _Optional[str] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class GetKekStatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetUserKeyRequest(_message.Message):
    __slots__ = ["user_id"]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class Kek(_message.Message):
    __slots__ = ["current", "kek_id", "keys", "loaded", "retire_time"]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    LOADED_FIELD_NUMBER: _ClassVar[int]
    RETIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    current: bool
    kek_id: str
    keys: int
    loaded: bool
    retire_time: _timestamp_pb2.Timestamp
    def __init__(self, kek_id: _Optional[str] = ..., current: bool = ..., loaded: bool = ..., keys: _Optional[int] = ..., retire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class KekStatus(_message.Message):
    __slots__ = ["keks", "rewrap"]
    KEKS_FIELD_NUMBER: _ClassVar[int]
    REWRAP_FIELD_NUMBER: _ClassVar[int]
    keks: _containers.RepeatedCompositeFieldContainer[Kek]
    rewrap: RewrapProgress
    def __init__(self, keks: _Optional[_Iterable[_Union[Kek, _Mapping]]] = ..., rewrap: _Optional[_Union[RewrapProgress, _Mapping]] = ...) -> None: ...

class ListUserKeysRequest(_message.Message):
    __slots__ = ["filter", "page_size", "page_token"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    filter: str
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ListUserKeysResponse(_message.Message):
    __slots__ = ["next_page_token", "user_keys"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    USER_KEYS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    user_keys: _containers.RepeatedCompositeFieldContainer[UserKey]
    def __init__(self, user_keys: _Optional[_Iterable[_Union[UserKey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RetireKekRequest(_message.Message):
    __slots__ = ["confirm_pool_rewrapped", "kek_id"]
    CONFIRM_POOL_REWRAPPED_FIELD_NUMBER: _ClassVar[int]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    confirm_pool_rewrapped: bool
    kek_id: str
    def __init__(self, kek_id: _Optional[str] = ..., confirm_pool_rewrapped: bool = ...) -> None: ...

class RetireKekResponse(_message.Message):
    __slots__ = ["kek"]
    KEK_FIELD_NUMBER: _ClassVar[int]
    kek: Kek
    def __init__(self, kek: _Optional[_Union[Kek, _Mapping]] = ...) -> None: ...

class RewrapProgress(_message.Message):
    __slots__ = ["end_time", "error", "kek_id", "keys_at_start", "keys_failed", "keys_rewrapped", "start_time", "state", "users_seen"]
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    DONE: RewrapProgress.State
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    FAILED: RewrapProgress.State
    IDLE: RewrapProgress.State
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    KEYS_AT_START_FIELD_NUMBER: _ClassVar[int]
    KEYS_FAILED_FIELD_NUMBER: _ClassVar[int]
    KEYS_REWRAPPED_FIELD_NUMBER: _ClassVar[int]
    RUNNING: RewrapProgress.State
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_UNSPECIFIED: RewrapProgress.State
    USERS_SEEN_FIELD_NUMBER: _ClassVar[int]
    end_time: _timestamp_pb2.Timestamp
    error: str
    kek_id: str
    keys_at_start: int
    keys_failed: int
    keys_rewrapped: int
    start_time: _timestamp_pb2.Timestamp
    state: RewrapProgress.State
    users_seen: int
    def __init__(self, state: _Optional[_Union[RewrapProgress.State, str]] = ..., kek_id: _Optional[str] = ..., users_seen: _Optional[int] = ..., keys_rewrapped: _Optional[int] = ..., keys_failed: _Optional[int] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., error: _Optional[str] = ..., keys_at_start: _Optional[int] = ...) -> None: ...

class RewrapUserKeysRequest(_message.Message):
    __slots__ = ["max_keys_per_second"]
    MAX_KEYS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    max_keys_per_second: int
    def __init__(self, max_keys_per_second: _Optional[int] = ...) -> None: ...

class RotateUserKeyRequest(_message.Message):
    __slots__ = ["etag", "request_id", "user_id"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    etag: str
    request_id: str
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class SetMinimumVersionRequest(_message.Message):
    __slots__ = ["etag", "min_version", "user_id"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    etag: str
    min_version: int
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., min_version: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class StoreFault(_message.Message):
    __slots__ = ["count", "fault", "user_ids"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    count: int
    fault: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, fault: _Optional[str] = ..., count: _Optional[int] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UndeleteUserKeyRequest(_message.Message):
    __slots__ = ["etag", "user_id"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    etag: str
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class UserKey(_message.Message):
    __slots__ = ["etag", "min_version", "primary_version", "purge_time", "rotation_due", "state", "user_id", "versions"]
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    ACTIVE: UserKey.State
    DELETED: UserKey.State
    DESTROYED: UserKey.State
    DISABLED: UserKey.State
    ETAG_FIELD_NUMBER: _ClassVar[int]
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_VERSION_FIELD_NUMBER: _ClassVar[int]
    PURGE_TIME_FIELD_NUMBER: _ClassVar[int]
    ROTATION_DUE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_UNSPECIFIED: UserKey.State
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    etag: str
    min_version: int
    primary_version: int
    purge_time: _timestamp_pb2.Timestamp
    rotation_due: str
    state: UserKey.State
    user_id: str
    versions: _containers.RepeatedCompositeFieldContainer[UserKeyVersion]
    def __init__(self, user_id: _Optional[str] = ..., state: _Optional[_Union[UserKey.State, str]] = ..., primary_version: _Optional[int] = ..., min_version: _Optional[int] = ..., versions: _Optional[_Iterable[_Union[UserKeyVersion, _Mapping]]] = ..., etag: _Optional[str] = ..., purge_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., rotation_due: _Optional[str] = ...) -> None: ...

class UserKeyVersion(_message.Message):
    __slots__ = ["create_time", "kek_id", "messages", "state", "version"]
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DESTROYED: UserKeyVersion.State
    DISABLED: UserKeyVersion.State
    ENABLED: UserKeyVersion.State
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_UNSPECIFIED: UserKeyVersion.State
    VERSION_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    kek_id: str
    messages: int
    state: UserKeyVersion.State
    version: int
    def __init__(self, version: _Optional[int] = ..., state: _Optional[_Union[UserKeyVersion.State, str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., kek_id: _Optional[str] = ..., messages: _Optional[int] = ...) -> None: ...

class VerifyStoreRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class VerifyStoreResponse(_message.Message):
    __slots__ = ["faults", "keys", "users"]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    faults: _containers.RepeatedCompositeFieldContainer[StoreFault]
    keys: int
    users: int
    def __init__(self, users: _Optional[int] = ..., keys: _Optional[int] = ..., faults: _Optional[_Iterable[_Union[StoreFault, _Mapping]]] = ...) -> None: ...
