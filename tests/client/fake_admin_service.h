#ifndef KEYWARD_TESTS_CLIENT_FAKE_ADMIN_SERVICE_H_
#define KEYWARD_TESTS_CLIENT_FAKE_ADMIN_SERVICE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "keyward/v1/key_admin_service.grpc.pb.h"
#include "server/sync/mutex.h"

namespace keyward::client {

// Users' keys in memory, with the states and etags that the server gives them, and a rewrapping of
// ten keys that gets some keys further whenever it is looked at.
class FakeAdminService : public v1::KeyAdminService::Service {
 public:
  // An active user with one version.
  void AddUser(const std::string& user_id);
  // The next calls get these statuses, one each; those after them are answered.
  void FailNext(int calls, const grpc::Status& status);
  // Rewrapping finds that many keys that do not open.
  void SetUnreadable(std::uint64_t keys);
  // How much further it gets whenever it is looked at; three, unless told.
  void SetKeysAtOnce(std::uint64_t keys);
  // VerifyStore and Backup find it in bob's key.
  void SetFault(const std::string& fault);

  // The methods that were called, in their order.
  std::vector<std::string> calls() const;
  v1::ListUserKeysRequest last_list() const;
  v1::RotateUserKeyRequest last_rotate() const;
  v1::RewrapUserKeysRequest last_rewrap() const;
  v1::UserKey user(const std::string& user_id) const;

  grpc::Status GetUserKey(grpc::ServerContext*, const v1::GetUserKeyRequest*,
                          v1::UserKey*) override;
  grpc::Status ListUserKeys(grpc::ServerContext*, const v1::ListUserKeysRequest*,
                            v1::ListUserKeysResponse*) override;
  grpc::Status RotateUserKey(grpc::ServerContext*, const v1::RotateUserKeyRequest*,
                             v1::UserKey*) override;
  grpc::Status DisableUserKey(grpc::ServerContext*, const v1::DisableUserKeyRequest*,
                              v1::UserKey*) override;
  grpc::Status EnableUserKey(grpc::ServerContext*, const v1::EnableUserKeyRequest*,
                             v1::UserKey*) override;
  grpc::Status SetMinimumVersion(grpc::ServerContext*, const v1::SetMinimumVersionRequest*,
                                 v1::UserKey*) override;
  grpc::Status DeleteUserKey(grpc::ServerContext*, const v1::DeleteUserKeyRequest*,
                             v1::UserKey*) override;
  grpc::Status UndeleteUserKey(grpc::ServerContext*, const v1::UndeleteUserKeyRequest*,
                               v1::UserKey*) override;
  grpc::Status DestroyUserKey(grpc::ServerContext*, const v1::DestroyUserKeyRequest*,
                              v1::UserKey*) override;
  grpc::Status GetKekStatus(grpc::ServerContext*, const v1::GetKekStatusRequest*,
                            v1::KekStatus*) override;
  grpc::Status RewrapUserKeys(grpc::ServerContext*, const v1::RewrapUserKeysRequest*,
                              v1::RewrapProgress*) override;
  grpc::Status RetireKek(grpc::ServerContext*, const v1::RetireKekRequest*,
                         v1::RetireKekResponse*) override;
  grpc::Status VerifyStore(grpc::ServerContext*, const v1::VerifyStoreRequest*,
                           v1::VerifyStoreResponse*) override;
  grpc::Status Backup(grpc::ServerContext*, const v1::BackupRequest*, v1::BackupResponse*) override;

 private:
  grpc::Status Begin(const std::string& method) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Changes the user whom the request names, and answers with what became of it.
  template <typename Request, typename Change>
  grpc::Status Apply(const std::string& method, const Request& request, v1::UserKey& answer,
                     const Change& change);
  void NoteRotate(const v1::RotateUserKeyRequest& request);
  template <typename Response>
  void AddFault(Response& response) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable sync::Mutex mutex_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mutex_);
  std::deque<grpc::Status> failures_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::UserKey> users_ ABSL_GUARDED_BY(mutex_);
  v1::RewrapProgress rewrap_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t keys_at_once_ ABSL_GUARDED_BY(mutex_) = 3;
  std::uint64_t unreadable_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string fault_ ABSL_GUARDED_BY(mutex_);
  v1::ListUserKeysRequest last_list_ ABSL_GUARDED_BY(mutex_);
  v1::RotateUserKeyRequest last_rotate_ ABSL_GUARDED_BY(mutex_);
  v1::RewrapUserKeysRequest last_rewrap_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_FAKE_ADMIN_SERVICE_H_
