#include "server/keyring/token.h"

#include <utility>

#include "absl/container/fixed_array.h"
#include "server/crypto/aead.h"
#include "server/crypto/base64.h"
#include "server/crypto/xaes.h"
#include "server/errors/errors.h"

namespace keyward::keyring {
namespace {

constexpr std::string_view kV2Prefix = "v2:";
constexpr std::string_view kV3Prefix = "v3:";
static_assert(kV2Prefix.size() == kV3Prefix.size());

// Beside the plaintext.
constexpr size_t Overhead(TokenFormat format) {
  return format == TokenFormat::kV3 ? kTokenVersionBytes + crypto::kXaesBoxOverhead
                                    : crypto::kBoxOverhead;
}

uint32_t ReadVersion(std::string_view bytes) {
  uint32_t version = 0;
  for (const char byte : bytes.substr(0, kTokenVersionBytes)) {
    version = version << 8 | static_cast<uint8_t>(byte);
  }
  return version;
}

}  // namespace

size_t TokenSize(size_t size, TokenFormat format) {
  return kV2Prefix.size() + crypto::Base64UrlSize(size + Overhead(format));
}

std::string SealToken(const crypto::AeadKey& key, std::string_view plaintext,
                      std::string_view associated_data, crypto::Random& random) {
  constexpr size_t kOnStack = 512;
  absl::FixedArray<char, kOnStack> box(plaintext.size() + crypto::kBoxOverhead);
  crypto::SealBox(key, plaintext, associated_data, random, box.data());
  return WriteToken(TokenFormat::kV2, std::string_view(box.data(), box.size()));
}

std::string WriteToken(TokenFormat format, std::string_view bytes) {
  std::string token;
  token.reserve(kV2Prefix.size() + crypto::Base64UrlSize(bytes.size()));
  token.append(format == TokenFormat::kV3 ? kV3Prefix : kV2Prefix);
  crypto::AppendBase64Url(bytes, token);
  return token;
}

absl::StatusOr<ParsedToken> ParseToken(std::string_view token) {
  ParsedToken parsed;
  if (token.starts_with(kV3Prefix)) parsed.format = TokenFormat::kV3;
  if (HasTokenPrefix(token)) token.remove_prefix(kV2Prefix.size());
  auto bytes = crypto::DecodeBase64Url(token);
  if (!bytes || bytes->size() < Overhead(parsed.format)) return errors::TokenMalformed();
  parsed.bytes = *std::move(bytes);
  if (parsed.format == TokenFormat::kV3) parsed.version = ReadVersion(parsed.bytes);
  return parsed;
}

bool HasTokenPrefix(std::string_view value) {
  return value.starts_with(kV2Prefix) || value.starts_with(kV3Prefix);
}

}  // namespace keyward::keyring
