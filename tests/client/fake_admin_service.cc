#include "tests/client/fake_admin_service.h"

#include <algorithm>

#include "tests/client/fake_server.h"

namespace keyward::client {
namespace {

constexpr char kCurrentKek[] = "0123456789abcdef";
constexpr char kPreviousKek[] = "fedcba9876543210";
constexpr std::uint64_t kKeysToRewrap = 10;
// 2023-11-14T22:13:20Z.
constexpr std::int64_t kThen = 1700000000;
constexpr std::int64_t kPurge = kThen + 30 * 24 * 3600;

void AddVersion(v1::UserKey& key) {
  v1::UserKey with;
  v1::UserKeyVersion& version = *with.add_versions();
  version.set_version(key.primary_version() + 1);
  version.set_state(v1::UserKeyVersion::ENABLED);
  version.mutable_create_time()->set_seconds(kThen);
  version.mutable_create_time()->set_nanos(250000000);
  version.set_kek_id(kCurrentKek);
  key.set_primary_version(version.version());
  with.mutable_versions()->MergeFrom(key.versions());
  key.mutable_versions()->Swap(with.mutable_versions());
}

grpc::Status SetState(v1::UserKey& key, std::uint32_t number, bool enabled) {
  if (number == 0) {
    key.set_state(enabled ? v1::UserKey::ACTIVE : v1::UserKey::DISABLED);
    return grpc::Status::OK;
  }
  for (v1::UserKeyVersion& version : *key.mutable_versions()) {
    if (version.version() != number) continue;
    version.set_state(enabled ? v1::UserKeyVersion::ENABLED : v1::UserKeyVersion::DISABLED);
    return grpc::Status::OK;
  }
  return Failure(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST", "there is no such version");
}

void Destroy(v1::UserKey& key) {
  key.set_state(v1::UserKey::DESTROYED);
  for (v1::UserKeyVersion& version : *key.mutable_versions()) {
    version.set_state(v1::UserKeyVersion::DESTROYED);
    version.clear_kek_id();
  }
}

}  // namespace

void FakeAdminService::AddUser(const std::string& user_id) {
  sync::MutexLock lock(mutex_);
  v1::UserKey& key = users_[user_id];
  key.set_user_id(user_id);
  key.set_state(v1::UserKey::ACTIVE);
  key.set_etag("1");
  AddVersion(key);
}

void FakeAdminService::FailNext(int calls, const grpc::Status& status) {
  sync::MutexLock lock(mutex_);
  failures_.insert(failures_.end(), calls, status);
}

void FakeAdminService::SetUnreadable(std::uint64_t keys) {
  sync::MutexLock lock(mutex_);
  unreadable_ = keys;
}

void FakeAdminService::SetKeysAtOnce(std::uint64_t keys) {
  sync::MutexLock lock(mutex_);
  keys_at_once_ = keys;
}

void FakeAdminService::SetFault(const std::string& fault) {
  sync::MutexLock lock(mutex_);
  fault_ = fault;
}

std::vector<std::string> FakeAdminService::calls() const {
  sync::MutexLock lock(mutex_);
  return calls_;
}

v1::ListUserKeysRequest FakeAdminService::last_list() const {
  sync::MutexLock lock(mutex_);
  return last_list_;
}

v1::RotateUserKeyRequest FakeAdminService::last_rotate() const {
  sync::MutexLock lock(mutex_);
  return last_rotate_;
}

v1::RewrapUserKeysRequest FakeAdminService::last_rewrap() const {
  sync::MutexLock lock(mutex_);
  return last_rewrap_;
}

v1::UserKey FakeAdminService::user(const std::string& user_id) const {
  sync::MutexLock lock(mutex_);
  return users_.at(user_id);
}

grpc::Status FakeAdminService::Begin(const std::string& method) {
  calls_.push_back(method);
  if (failures_.empty()) return grpc::Status::OK;
  const grpc::Status failure = failures_.front();
  failures_.pop_front();
  return failure;
}

void FakeAdminService::NoteRotate(const v1::RotateUserKeyRequest& request) {
  sync::MutexLock lock(mutex_);
  last_rotate_ = request;
}

template <typename Request, typename Change>
grpc::Status FakeAdminService::Apply(const std::string& method, const Request& request,
                                     v1::UserKey& answer, const Change& change) {
  sync::MutexLock lock(mutex_);
  if (grpc::Status status = Begin(method); !status.ok()) return status;
  const auto user = users_.find(request.user_id());
  if (user == users_.end()) {
    return Failure(grpc::StatusCode::NOT_FOUND, "USER_KEY_NOT_FOUND", "the user has no key");
  }
  v1::UserKey key = user->second;
  if (!request.etag().empty() && request.etag() != key.etag()) {
    return Failure(grpc::StatusCode::ABORTED, "ETAG_MISMATCH", "the etag is out of date");
  }
  if (grpc::Status status = change(key); !status.ok()) return status;
  key.set_etag(std::to_string(std::stoi(key.etag()) + 1));
  answer = user->second = key;
  return grpc::Status::OK;
}

grpc::Status FakeAdminService::GetUserKey(grpc::ServerContext*,
                                          const v1::GetUserKeyRequest* request,
                                          v1::UserKey* answer) {
  sync::MutexLock lock(mutex_);
  if (grpc::Status status = Begin("GetUserKey"); !status.ok()) return status;
  const auto user = users_.find(request->user_id());
  if (user == users_.end()) {
    return Failure(grpc::StatusCode::NOT_FOUND, "USER_KEY_NOT_FOUND", "the user has no key");
  }
  *answer = user->second;
  return grpc::Status::OK;
}

// The page's token is the last user's id.
grpc::Status FakeAdminService::ListUserKeys(grpc::ServerContext*,
                                            const v1::ListUserKeysRequest* request,
                                            v1::ListUserKeysResponse* response) {
  sync::MutexLock lock(mutex_);
  last_list_ = *request;
  if (grpc::Status status = Begin("ListUserKeys"); !status.ok()) return status;
  auto user =
      request->page_token().empty() ? users_.begin() : users_.upper_bound(request->page_token());
  const int size = request->page_size() == 0 ? 100 : static_cast<int>(request->page_size());
  for (; user != users_.end() && response->user_keys_size() < size; ++user) {
    *response->add_user_keys() = user->second;
  }
  if (user != users_.end()) response->set_next_page_token(std::prev(user)->first);
  return grpc::Status::OK;
}

grpc::Status FakeAdminService::RotateUserKey(grpc::ServerContext*,
                                             const v1::RotateUserKeyRequest* request,
                                             v1::UserKey* answer) {
  const bool again = request->request_id() == last_rotate().request_id();
  const grpc::Status status = Apply("RotateUserKey", *request, *answer, [&](v1::UserKey& key) {
    if (!again) AddVersion(key);
    key.set_state(v1::UserKey::ACTIVE);
    return grpc::Status::OK;
  });
  if (status.ok()) NoteRotate(*request);
  return status;
}

grpc::Status FakeAdminService::DisableUserKey(grpc::ServerContext*,
                                              const v1::DisableUserKeyRequest* request,
                                              v1::UserKey* answer) {
  return Apply("DisableUserKey", *request, *answer,
               [&](v1::UserKey& key) { return SetState(key, request->version(), false); });
}

grpc::Status FakeAdminService::EnableUserKey(grpc::ServerContext*,
                                             const v1::EnableUserKeyRequest* request,
                                             v1::UserKey* answer) {
  return Apply("EnableUserKey", *request, *answer,
               [&](v1::UserKey& key) { return SetState(key, request->version(), true); });
}

grpc::Status FakeAdminService::SetMinimumVersion(grpc::ServerContext*,
                                                 const v1::SetMinimumVersionRequest* request,
                                                 v1::UserKey* answer) {
  return Apply("SetMinimumVersion", *request, *answer, [&](v1::UserKey& key) {
    key.set_min_version(request->min_version());
    return grpc::Status::OK;
  });
}

grpc::Status FakeAdminService::DeleteUserKey(grpc::ServerContext*,
                                             const v1::DeleteUserKeyRequest* request,
                                             v1::UserKey* answer) {
  return Apply("DeleteUserKey", *request, *answer, [&](v1::UserKey& key) {
    key.set_state(v1::UserKey::DELETED);
    key.mutable_purge_time()->set_seconds(kPurge);
    return grpc::Status::OK;
  });
}

grpc::Status FakeAdminService::UndeleteUserKey(grpc::ServerContext*,
                                               const v1::UndeleteUserKeyRequest* request,
                                               v1::UserKey* answer) {
  return Apply("UndeleteUserKey", *request, *answer, [&](v1::UserKey& key) {
    key.set_state(v1::UserKey::ACTIVE);
    key.clear_purge_time();
    return grpc::Status::OK;
  });
}

grpc::Status FakeAdminService::DestroyUserKey(grpc::ServerContext*,
                                              const v1::DestroyUserKeyRequest* request,
                                              v1::UserKey* answer) {
  return Apply("DestroyUserKey", *request, *answer, [&](v1::UserKey& key) {
    if (request->etag().empty()) {
      return Failure(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST", "etag is missing");
    }
    Destroy(key);
    return grpc::Status::OK;
  });
}

void FakeAdminService::Advance() {
  if (rewrap_.state() != v1::RewrapProgress::RUNNING) return;
  const std::uint64_t readable = kKeysToRewrap - unreadable_;
  rewrap_.set_keys_rewrapped(std::min(readable, rewrap_.keys_rewrapped() + keys_at_once_));
  if (rewrap_.keys_rewrapped() < readable) return;
  rewrap_.set_keys_failed(unreadable_);
  rewrap_.set_state(unreadable_ == 0 ? v1::RewrapProgress::DONE : v1::RewrapProgress::FAILED);
  rewrap_.mutable_end_time()->set_seconds(kThen + 1);
}

grpc::Status FakeAdminService::GetKekStatus(grpc::ServerContext*, const v1::GetKekStatusRequest*,
                                            v1::KekStatus* status) {
  sync::MutexLock lock(mutex_);
  if (grpc::Status failed = Begin("GetKekStatus"); !failed.ok()) return failed;
  Advance();
  v1::Kek& current = *status->add_keks();
  current.set_kek_id(kCurrentKek);
  current.set_current(true);
  current.set_loaded(true);
  current.set_keys(rewrap_.keys_rewrapped());
  v1::Kek& previous = *status->add_keks();
  previous.set_kek_id(kPreviousKek);
  previous.mutable_retire_time()->set_seconds(kThen);
  *status->mutable_rewrap() = rewrap_;
  if (rewrap_.state() == 0) status->mutable_rewrap()->set_state(v1::RewrapProgress::IDLE);
  return grpc::Status::OK;
}

grpc::Status FakeAdminService::RewrapUserKeys(grpc::ServerContext*,
                                              const v1::RewrapUserKeysRequest* request,
                                              v1::RewrapProgress* progress) {
  sync::MutexLock lock(mutex_);
  last_rewrap_ = *request;
  if (grpc::Status status = Begin("RewrapUserKeys"); !status.ok()) return status;
  rewrap_.set_state(v1::RewrapProgress::RUNNING);
  rewrap_.set_kek_id(kCurrentKek);
  rewrap_.set_keys_at_start(kKeysToRewrap);
  rewrap_.mutable_start_time()->set_seconds(kThen);
  *progress = rewrap_;
  return grpc::Status::OK;
}

grpc::Status FakeAdminService::RetireKek(grpc::ServerContext*, const v1::RetireKekRequest* request,
                                         v1::RetireKekResponse* response) {
  sync::MutexLock lock(mutex_);
  if (grpc::Status status = Begin("RetireKek"); !status.ok()) return status;
  if (!request->confirm_pool_rewrapped()) {
    return Failure(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST", "not confirmed");
  }
  response->mutable_kek()->set_kek_id(request->kek_id());
  response->mutable_kek()->mutable_retire_time()->set_seconds(kThen);
  return grpc::Status::OK;
}

template <typename Response>
void FakeAdminService::AddFault(Response& response) const {
  if (fault_.empty()) return;
  v1::StoreFault& fault = *response.add_faults();
  fault.set_fault(fault_);
  fault.set_count(1);
  fault.add_user_ids("bob");
}

grpc::Status FakeAdminService::VerifyStore(grpc::ServerContext*, const v1::VerifyStoreRequest*,
                                           v1::VerifyStoreResponse* response) {
  sync::MutexLock lock(mutex_);
  if (grpc::Status status = Begin("VerifyStore"); !status.ok()) return status;
  response->set_users(users_.size());
  response->set_keys(users_.size());
  AddFault(*response);
  return grpc::Status::OK;
}

grpc::Status FakeAdminService::Backup(grpc::ServerContext*, const v1::BackupRequest* request,
                                      v1::BackupResponse* response) {
  sync::MutexLock lock(mutex_);
  if (grpc::Status status = Begin("Backup"); !status.ok()) return status;
  response->set_path("/backups/" +
                     (request->file_name().empty() ? "keys-TIME.db" : request->file_name()));
  response->set_bytes(4096);
  response->set_users(users_.size());
  AddFault(*response);
  return grpc::Status::OK;
}

}  // namespace keyward::client
