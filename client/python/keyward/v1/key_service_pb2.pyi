from google.protobuf import timestamp_pb2 as _timestamp_pb2
from keyward.v1 import status_details_pb2 as _status_details_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchDecryptRequest(_message.Message):
    __slots__ = ["requests"]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[DecryptRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[DecryptRequest, _Mapping]]] = ...) -> None: ...

class BatchDecryptResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchDecryptResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchDecryptResult, _Mapping]]] = ...) -> None: ...

class BatchDecryptResult(_message.Message):
    __slots__ = ["response", "status"]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    response: DecryptResponse
    status: _status_details_pb2.StatusDetails
    def __init__(self, response: _Optional[_Union[DecryptResponse, _Mapping]] = ..., status: _Optional[_Union[_status_details_pb2.StatusDetails, _Mapping]] = ...) -> None: ...

class BatchEncryptRequest(_message.Message):
    __slots__ = ["requests"]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[EncryptRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[EncryptRequest, _Mapping]]] = ...) -> None: ...

class BatchEncryptResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchEncryptResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchEncryptResult, _Mapping]]] = ...) -> None: ...

class BatchEncryptResult(_message.Message):
    __slots__ = ["response", "status"]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    response: EncryptResponse
    status: _status_details_pb2.StatusDetails
    def __init__(self, response: _Optional[_Union[EncryptResponse, _Mapping]] = ..., status: _Optional[_Union[_status_details_pb2.StatusDetails, _Mapping]] = ...) -> None: ...

class BatchRewrapRequest(_message.Message):
    __slots__ = ["requests"]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[RewrapRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[RewrapRequest, _Mapping]]] = ...) -> None: ...

class BatchRewrapResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchRewrapResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchRewrapResult, _Mapping]]] = ...) -> None: ...

class BatchRewrapResult(_message.Message):
    __slots__ = ["response", "status"]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    response: RewrapResponse
    status: _status_details_pb2.StatusDetails
    def __init__(self, response: _Optional[_Union[RewrapResponse, _Mapping]] = ..., status: _Optional[_Union[_status_details_pb2.StatusDetails, _Mapping]] = ...) -> None: ...

class DecryptRequest(_message.Message):
    __slots__ = ["allow_legacy_plaintext", "associated_data", "pool", "token", "user_id"]
    ALLOW_LEGACY_PLAINTEXT_FIELD_NUMBER: _ClassVar[int]
    ASSOCIATED_DATA_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    allow_legacy_plaintext: bool
    associated_data: bytes
    pool: bool
    token: str
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., pool: bool = ..., token: _Optional[str] = ..., associated_data: _Optional[bytes] = ..., allow_legacy_plaintext: bool = ...) -> None: ...

class DecryptResponse(_message.Message):
    __slots__ = ["kek_id", "key_version", "legacy_plaintext", "plaintext", "stale"]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_VERSION_FIELD_NUMBER: _ClassVar[int]
    LEGACY_PLAINTEXT_FIELD_NUMBER: _ClassVar[int]
    PLAINTEXT_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    kek_id: str
    key_version: int
    legacy_plaintext: bool
    plaintext: bytes
    stale: bool
    def __init__(self, plaintext: _Optional[bytes] = ..., key_version: _Optional[int] = ..., kek_id: _Optional[str] = ..., legacy_plaintext: bool = ..., stale: bool = ...) -> None: ...

class EncryptRequest(_message.Message):
    __slots__ = ["associated_data", "plaintext", "pool", "user_id"]
    ASSOCIATED_DATA_FIELD_NUMBER: _ClassVar[int]
    PLAINTEXT_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    associated_data: bytes
    plaintext: bytes
    pool: bool
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., pool: bool = ..., plaintext: _Optional[bytes] = ..., associated_data: _Optional[bytes] = ...) -> None: ...

class EncryptResponse(_message.Message):
    __slots__ = ["kek_id", "key_version", "token"]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    kek_id: str
    key_version: int
    token: str
    def __init__(self, token: _Optional[str] = ..., key_version: _Optional[int] = ..., kek_id: _Optional[str] = ...) -> None: ...

class GetOrCreateUserKeyRequest(_message.Message):
    __slots__ = ["user_id", "version"]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    version: int
    def __init__(self, user_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetOrCreateUserKeyResponse(_message.Message):
    __slots__ = ["create_time", "created", "key", "version"]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    created: bool
    key: bytes
    version: int
    def __init__(self, key: _Optional[bytes] = ..., version: _Optional[int] = ..., created: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ["encryption_enabled", "kek_id", "limits", "store", "version"]
    ENCRYPTION_ENABLED_FIELD_NUMBER: _ClassVar[int]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    STORE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    encryption_enabled: bool
    kek_id: str
    limits: Limits
    store: str
    version: str
    def __init__(self, version: _Optional[str] = ..., encryption_enabled: bool = ..., kek_id: _Optional[str] = ..., store: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ...) -> None: ...

class HashApiKeyRequest(_message.Message):
    __slots__ = ["api_key"]
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    def __init__(self, api_key: _Optional[str] = ...) -> None: ...

class HashApiKeyResponse(_message.Message):
    __slots__ = ["sha256_hex"]
    SHA256_HEX_FIELD_NUMBER: _ClassVar[int]
    sha256_hex: str
    def __init__(self, sha256_hex: _Optional[str] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ["max_associated_data_bytes", "max_batch_bytes", "max_batch_items", "max_plaintext_bytes", "max_user_id_bytes"]
    MAX_ASSOCIATED_DATA_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_ITEMS_FIELD_NUMBER: _ClassVar[int]
    MAX_PLAINTEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_USER_ID_BYTES_FIELD_NUMBER: _ClassVar[int]
    max_associated_data_bytes: int
    max_batch_bytes: int
    max_batch_items: int
    max_plaintext_bytes: int
    max_user_id_bytes: int
    def __init__(self, max_user_id_bytes: _Optional[int] = ..., max_plaintext_bytes: _Optional[int] = ..., max_associated_data_bytes: _Optional[int] = ..., max_batch_items: _Optional[int] = ..., max_batch_bytes: _Optional[int] = ...) -> None: ...

class PoolKeyRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class PoolKeyResponse(_message.Message):
    __slots__ = ["kek_id", "key"]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    kek_id: str
    key: bytes
    def __init__(self, key: _Optional[bytes] = ..., kek_id: _Optional[str] = ...) -> None: ...

class RewrapRequest(_message.Message):
    __slots__ = ["associated_data", "pool", "token", "user_id"]
    ASSOCIATED_DATA_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    associated_data: bytes
    pool: bool
    token: str
    user_id: str
    def __init__(self, user_id: _Optional[str] = ..., pool: bool = ..., token: _Optional[str] = ..., associated_data: _Optional[bytes] = ...) -> None: ...

class RewrapResponse(_message.Message):
    __slots__ = ["changed", "kek_id", "key_version", "token"]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    KEK_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    changed: bool
    kek_id: str
    key_version: int
    token: str
    def __init__(self, token: _Optional[str] = ..., key_version: _Optional[int] = ..., changed: bool = ..., kek_id: _Optional[str] = ...) -> None: ...
