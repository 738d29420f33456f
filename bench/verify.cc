#include "bench/verify.h"

#include <string>
#include <string_view>

#include "bench/messages.h"
#include "bench/plaintext.h"
#include "bench/user_ids.h"
#include "keyward/v1/key_service.pb.h"

namespace keyward::bench {
namespace {

constexpr int kBatchItems = 3;

absl::Status Wrong() {
  return absl::InternalError("what was encrypted does not decrypt to the same");
}

template <typename Response, typename Request>
absl::StatusOr<Response> Ask(const Connection& connection, Method method, const Request& request) {
  grpc::ByteBuffer body;
  Serialize(request, body);
  auto answer = CallAndWait(connection, method, body);
  if (!answer.ok()) return answer.status();
  Response response;
  if (!Parse(*answer, response)) return absl::InternalError("an answer is no message");
  return response;
}

absl::Status CheckToken(const Connection& connection, uint64_t user, std::string_view token,
                        const std::string& plaintext) {
  v1::DecryptRequest request;
  request.set_user_id(UserId(user));
  request.set_token(std::string(token));
  const auto opened = Ask<v1::DecryptResponse>(connection, Method::kDecrypt, request);
  if (!opened.ok()) return opened.status();
  return opened->plaintext() == plaintext ? absl::OkStatus() : Wrong();
}

absl::Status CheckSingle(const Connection& connection, const std::string& plaintext) {
  v1::EncryptRequest request;
  request.set_user_id(UserId(0));
  request.set_plaintext(plaintext);
  const auto sealed = Ask<v1::EncryptResponse>(connection, Method::kEncrypt, request);
  if (!sealed.ok()) return sealed.status();
  return CheckToken(connection, 0, sealed->token(), plaintext);
}

absl::Status CheckBatch(const Connection& connection, const std::string& plaintext) {
  v1::BatchEncryptRequest request;
  for (int user = 0; user < kBatchItems; ++user) {
    request.add_requests()->set_user_id(UserId(static_cast<uint64_t>(user)));
    request.mutable_requests(user)->set_plaintext(plaintext);
  }
  const auto sealed = Ask<v1::BatchEncryptResponse>(connection, Method::kBatchEncrypt, request);
  if (!sealed.ok()) return sealed.status();
  if (sealed->results_size() != kBatchItems) return Wrong();
  v1::BatchDecryptRequest back;
  for (int user = 0; user < kBatchItems; ++user) {
    back.add_requests()->set_user_id(UserId(static_cast<uint64_t>(user)));
    back.mutable_requests(user)->set_token(sealed->results(user).response().token());
  }
  const auto opened = Ask<v1::BatchDecryptResponse>(connection, Method::kBatchDecrypt, back);
  if (!opened.ok()) return opened.status();
  if (opened->results_size() != kBatchItems) return Wrong();
  for (const auto& result : opened->results()) {
    if (result.response().plaintext() != plaintext) return Wrong();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(const Connection& connection, const WorkloadOptions& options,
                    const Tokens* tokens) {
  const std::string plaintext = Plaintext(options.plaintext_bytes);
  absl::Status status = CheckSingle(connection, plaintext);
  if (status.ok() && IsBatch(options.mode)) status = CheckBatch(connection, plaintext);
  if (!status.ok() || tokens == nullptr) return status;
  const uint64_t last = options.users - 1;
  return CheckToken(connection, last, tokens->Get(last), plaintext);
}

}  // namespace keyward::bench
