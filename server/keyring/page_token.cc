#include "server/keyring/page_token.h"

#include "server/crypto/base64.h"
#include "server/crypto/hash.h"
#include "server/errors/errors.h"

namespace keyward::keyring {
namespace {

constexpr size_t kHashSize = 16;

}  // namespace

std::string MakePageToken(std::string_view filter, std::string_view last_user_id) {
  std::string bytes = crypto::Sha256Hex(filter).substr(0, kHashSize);
  bytes.append(last_user_id);
  std::string token;
  crypto::AppendBase64Url(bytes, token);
  return token;
}

absl::StatusOr<std::string> ParsePageToken(std::string_view filter, std::string_view token) {
  const auto bytes = crypto::DecodeBase64Url(token);
  if (!bytes || bytes->size() <= kHashSize) {
    return errors::InvalidRequest("page_token is none that this service gave");
  }
  if (crypto::Sha256Hex(filter).compare(0, kHashSize, *bytes, 0, kHashSize) != 0) {
    return errors::InvalidRequest("page_token is of another filter");
  }
  return bytes->substr(kHashSize);
}

}  // namespace keyward::keyring
