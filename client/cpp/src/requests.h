#ifndef KEYWARD_CLIENT_CPP_SRC_REQUESTS_H_
#define KEYWARD_CLIENT_CPP_SRC_REQUESTS_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keyward/connection.h"
#include "keyward/v1/key_service.pb.h"

// A value's request, and its response as a result: the same alone and in a batch.
namespace keyward::client {

// These fail where the request could not be sent: protobuf's strings are UTF-8.
absl::Status CheckUserId(std::string_view user_id);
absl::Status Fill(v1::EncryptRequest& request, const Scope& scope, std::string_view plaintext,
                  std::string_view associated_data, TokenFormat format);
absl::Status Fill(v1::DecryptRequest& request, const Scope& scope, std::string_view token,
                  const DecryptOptions& options);
absl::Status Fill(v1::RewrapRequest& request, const Scope& scope, std::string_view token,
                  std::string_view associated_data);

inline absl::Status Fill(v1::EncryptRequest& request, const EncryptItem& item) {
  return Fill(request, item.scope, item.plaintext, item.associated_data, item.format);
}
inline absl::Status Fill(v1::DecryptRequest& request, const DecryptItem& item) {
  return Fill(request, item.scope, item.token, item.options);
}
inline absl::Status Fill(v1::RewrapRequest& request, const RewrapItem& item) {
  return Fill(request, item.scope, item.token, item.associated_data);
}

// These move the strings out of the response.
EncryptResult Take(v1::EncryptResponse& response);
DecryptResult Take(v1::DecryptResponse& response);
RewrapResult Take(v1::RewrapResponse& response);
absl::StatusOr<EncryptResult> Take(v1::BatchEncryptResult& result);
absl::StatusOr<DecryptResult> Take(v1::BatchDecryptResult& result);
absl::StatusOr<RewrapResult> Take(v1::BatchRewrapResult& result);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_REQUESTS_H_
