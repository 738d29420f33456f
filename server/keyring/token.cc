#include "server/keyring/token.h"

#include <utility>

#include "absl/container/fixed_array.h"
#include "server/crypto/aead.h"
#include "server/crypto/base64.h"
#include "server/errors/errors.h"

namespace keyward::keyring {
namespace {

constexpr std::string_view kPrefix = "v2:";
constexpr std::string_view kNextPrefix = "v3:";

}  // namespace

size_t TokenSize(size_t size) {
  return kPrefix.size() + crypto::Base64UrlSize(size + crypto::kBoxOverhead);
}

std::string SealToken(const crypto::AeadKey& key, std::string_view plaintext,
                      std::string_view associated_data, crypto::Random& random) {
  std::string token;
  token.reserve(TokenSize(plaintext.size()));
  token.append(kPrefix);
  constexpr size_t kOnStack = 512;
  absl::FixedArray<char, kOnStack> box(plaintext.size() + crypto::kBoxOverhead);
  crypto::SealBox(key, plaintext, associated_data, random, box.data());
  crypto::AppendBase64Url(std::string_view(box.data(), box.size()), token);
  return token;
}

absl::StatusOr<std::string> ParseToken(std::string_view token) {
  if (token.starts_with(kPrefix)) token.remove_prefix(kPrefix.size());
  auto box = crypto::DecodeBase64Url(token);
  if (!box || box->size() < crypto::kBoxOverhead) return errors::TokenMalformed();
  return *std::move(box);
}

bool HasTokenPrefix(std::string_view value) {
  return value.starts_with(kPrefix) || value.starts_with(kNextPrefix);
}

}  // namespace keyward::keyring
