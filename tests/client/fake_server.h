#ifndef KEYWARD_TESTS_CLIENT_FAKE_SERVER_H_
#define KEYWARD_TESTS_CLIENT_FAKE_SERVER_H_

#include <grpcpp/server.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "keyward/v1/key_service.grpc.pb.h"
#include "server/sync/mutex.h"
#include "tests/client/fake_admin_service.h"

namespace keyward::client {

// Of each Decrypt that fails.
inline constexpr char kRequestId[] = "request-7";

// A status with Keyward's details in its trailer, as the server's are.
grpc::Status Failure(grpc::StatusCode code, const std::string& reason, const std::string& message,
                     const std::string& domain = "keyward", int retry_after_ms = 0);

// Answers like the server, except that its tokens hide nothing: they hold the whole EncryptRequest,
// and a "~" more at their end where they were rewrapped; and that an Encrypt for the user "busy"
// finds the store unavailable.
class FakeKeyService : public v1::KeyService::Service {
 public:
  // The next calls get these statuses, one each; those after them are answered.
  void FailNext(int calls, const grpc::Status& status);
  // While true, calls wait until this is set to false.
  void SetHanging(bool hanging);
  void SetKey(const std::string& key);
  // A batch's answer has that many results fewer than it should.
  void LeaveOutResults(int count);
  // What GetStatus tells.
  void SetTokenFormat(v1::TokenFormat format);
  int calls() const;
  // How many items each batch had that was looked at, in the order in which they came.
  std::vector<int> batch_sizes() const;
  v1::DecryptRequest last_decrypt() const;
  v1::GetOrCreateUserKeyRequest last_user_key() const;

  grpc::Status GetOrCreateUserKey(grpc::ServerContext*, const v1::GetOrCreateUserKeyRequest*,
                                  v1::GetOrCreateUserKeyResponse*) override;
  grpc::Status Encrypt(grpc::ServerContext*, const v1::EncryptRequest*,
                       v1::EncryptResponse*) override;
  grpc::Status Decrypt(grpc::ServerContext*, const v1::DecryptRequest*,
                       v1::DecryptResponse*) override;
  grpc::Status BatchEncrypt(grpc::ServerContext*, const v1::BatchEncryptRequest*,
                            v1::BatchEncryptResponse*) override;
  grpc::Status BatchDecrypt(grpc::ServerContext*, const v1::BatchDecryptRequest*,
                            v1::BatchDecryptResponse*) override;
  grpc::Status Rewrap(grpc::ServerContext*, const v1::RewrapRequest*, v1::RewrapResponse*) override;
  grpc::Status BatchRewrap(grpc::ServerContext*, const v1::BatchRewrapRequest*,
                           v1::BatchRewrapResponse*) override;
  grpc::Status PoolKey(grpc::ServerContext*, const v1::PoolKeyRequest*,
                       v1::PoolKeyResponse*) override;
  grpc::Status HashApiKey(grpc::ServerContext*, const v1::HashApiKeyRequest*,
                          v1::HashApiKeyResponse*) override;
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusResponse*) override;

 private:
  // Counts the call, waits where calls hang, and takes the failure that is due.
  grpc::Status Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  template <typename Request, typename Response>
  grpc::Status Batch(const Request& request, Response& response);

  mutable sync::Mutex mutex_;
  sync::CondVar released_;
  bool hanging_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<grpc::Status> failures_ ABSL_GUARDED_BY(mutex_);
  int missing_results_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<int> batch_sizes_ ABSL_GUARDED_BY(mutex_);
  std::string key_ ABSL_GUARDED_BY(mutex_) = std::string(32, 'K');
  v1::TokenFormat token_format_ ABSL_GUARDED_BY(mutex_) = v1::TOKEN_FORMAT_V3;
  std::set<std::string> users_ ABSL_GUARDED_BY(mutex_);
  v1::DecryptRequest last_decrypt_ ABSL_GUARDED_BY(mutex_);
  v1::GetOrCreateUserKeyRequest last_user_key_ ABSL_GUARDED_BY(mutex_);
};

// A server with that service, and the one for operators, in this process.
class FakeServer {
 public:
  // On a free port of 127.0.0.1.
  FakeServer();
  FakeServer(const std::string& listen,
             const std::shared_ptr<grpc::ServerCredentials>& credentials);
  ~FakeServer();

  FakeKeyService& service() { return service_; }
  FakeAdminService& admin() { return admin_; }
  // What a client is given.
  const std::string& address() const { return address_; }

 private:
  FakeKeyService service_;
  FakeAdminService admin_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_FAKE_SERVER_H_
