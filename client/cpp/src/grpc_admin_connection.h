#ifndef KEYWARD_CLIENT_CPP_SRC_GRPC_ADMIN_CONNECTION_H_
#define KEYWARD_CLIENT_CPP_SRC_GRPC_ADMIN_CONNECTION_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/time/time.h"
#include "client/cpp/src/unary_call.h"
#include "keyward/admin_connection.h"
#include "keyward/v1/key_admin_service.grpc.pb.h"

namespace keyward::client {

// An AdminConnection over a gRPC channel. Thread-safe, since stubs are.
class GrpcAdminConnection : public AdminConnection {
 public:
  // `deadline`: for each call, from its start.
  GrpcAdminConnection(const std::shared_ptr<grpc::Channel>& channel, absl::Duration deadline);

  absl::StatusOr<UserKeyMetadata> GetUserKey(std::string_view user_id) override;
  absl::StatusOr<UserKeyPage> ListUserKeys(const ListOptions& options) override;
  absl::StatusOr<UserKeyMetadata> RotateUserKey(std::string_view user_id,
                                                const RotateOptions& options) override;
  absl::StatusOr<UserKeyMetadata> DisableUserKey(std::string_view user_id,
                                                 const VersionOptions& options) override;
  absl::StatusOr<UserKeyMetadata> EnableUserKey(std::string_view user_id,
                                                const VersionOptions& options) override;
  absl::StatusOr<UserKeyMetadata> SetMinimumVersion(std::string_view user_id,
                                                    std::uint32_t min_version,
                                                    std::string_view etag) override;
  absl::StatusOr<UserKeyMetadata> DeleteUserKey(std::string_view user_id,
                                                std::string_view etag) override;
  absl::StatusOr<UserKeyMetadata> UndeleteUserKey(std::string_view user_id,
                                                  std::string_view etag) override;
  absl::StatusOr<UserKeyMetadata> DestroyUserKey(std::string_view user_id,
                                                 std::string_view etag) override;
  absl::StatusOr<KekStatusResult> GetKekStatus() override;
  absl::StatusOr<RewrapProgress> RewrapUserKeys(std::uint32_t max_keys_per_second) override;
  absl::StatusOr<KekMetadata> RetireKek(std::string_view kek_id,
                                        bool confirm_pool_rewrapped) override;
  absl::StatusOr<VerifyResult> VerifyStore() override;
  absl::StatusOr<BackupResult> Backup(std::string_view file_name) override;

 private:
  template <typename Request, typename Response>
  using Method = UnaryMethod<v1::KeyAdminService::Stub, Request, Response>;

  // One blocking call with the deadline, and its answer as a result.
  template <typename Request, typename Response>
  auto Call(Method<Request, Response> method, const Request& request);

  // The same of a request that names a user.
  template <typename Request>
  absl::StatusOr<UserKeyMetadata> Change(Method<Request, v1::UserKey> method,
                                         std::string_view user_id, std::string_view etag,
                                         Request request = {});

  const std::unique_ptr<v1::KeyAdminService::Stub> stub_;
  const absl::Duration deadline_;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_GRPC_ADMIN_CONNECTION_H_
