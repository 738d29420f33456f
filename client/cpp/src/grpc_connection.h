#ifndef KEYWARD_CLIENT_CPP_SRC_GRPC_CONNECTION_H_
#define KEYWARD_CLIENT_CPP_SRC_GRPC_CONNECTION_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/cpp/src/unary_call.h"
#include "keyward/connection.h"
#include "keyward/v1/key_service.grpc.pb.h"

namespace keyward::client {

// A Connection over a gRPC channel. Thread-safe, since stubs are.
class GrpcConnection : public Connection {
 public:
  // `deadline`: for each call, from its start.
  GrpcConnection(const std::shared_ptr<grpc::Channel>& channel, absl::Duration deadline);

  absl::StatusOr<EncryptResult> Encrypt(const Scope& scope, std::string_view plaintext,
                                        std::string_view associated_data,
                                        TokenFormat format) override;
  absl::StatusOr<DecryptResult> Decrypt(const Scope& scope, std::string_view token,
                                        const DecryptOptions& options) override;
  absl::StatusOr<RewrapResult> Rewrap(const Scope& scope, std::string_view token,
                                      std::string_view associated_data) override;
  absl::StatusOr<EncryptResults> BatchEncrypt(absl::Span<const EncryptItem> items) override;
  absl::StatusOr<DecryptResults> BatchDecrypt(absl::Span<const DecryptItem> items) override;
  absl::StatusOr<RewrapResults> BatchRewrap(absl::Span<const RewrapItem> items) override;
  absl::StatusOr<UserKeyResult> GetOrCreateUserKey(std::string_view user_id,
                                                   std::uint32_t version) override;
  absl::StatusOr<PoolKeyResult> PoolKey() override;
  absl::StatusOr<std::string> HashApiKey(std::string_view api_key) override;
  absl::StatusOr<StatusResult> GetStatus() override;

 private:
  template <typename Request, typename Response>
  using Method = UnaryMethod<v1::KeyService::Stub, Request, Response>;

  // One blocking call with the deadline.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(Method<Request, Response> method, const Request& request);

  // One call for all items that can be sent, or none where there are none.
  template <typename Results, typename Request, typename Response, typename Item>
  absl::StatusOr<Results> Batch(Method<Request, Response> method, absl::Span<const Item> items);

  const std::unique_ptr<v1::KeyService::Stub> stub_;
  const absl::Duration deadline_;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_GRPC_CONNECTION_H_
