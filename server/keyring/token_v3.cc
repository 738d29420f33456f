#include "server/keyring/token_v3.h"

#include <algorithm>
#include <array>

#include "absl/container/fixed_array.h"
#include "server/crypto/kdf.h"
#include "server/crypto/xaes.h"

namespace keyward::keyring {
namespace {

constexpr std::string_view kLabel = "keyward/v3";

std::array<char, 4> BigEndian(uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
          static_cast<char>(number >> 8), static_cast<char>(number)};
}

crypto::SecretBytes SealingKey(const crypto::SecretBytes& data_key) {
  return crypto::HkdfSha256(data_key, /*salt=*/"", kLabel);
}

std::string BoundData(const TokenOwner& owner, std::string_view associated_data) {
  const auto version = BigEndian(owner.version);
  const auto id_size = BigEndian(static_cast<uint32_t>(owner.id.size()));
  std::string data;
  data.reserve(kLabel.size() + 2 + version.size() + id_size.size() + owner.id.size() +
               associated_data.size());
  data.append(kLabel).push_back('\0');
  data.push_back(owner.kind);
  data.append(version.data(), version.size()).append(id_size.data(), id_size.size());
  data.append(owner.id).append(associated_data);
  return data;
}

}  // namespace

std::string SealTokenV3(const crypto::SecretBytes& data_key, const TokenOwner& owner,
                        std::string_view plaintext, std::string_view associated_data,
                        crypto::Random& random) {
  constexpr size_t kOnStack = 512;
  const auto version = BigEndian(owner.version);
  absl::FixedArray<char, kOnStack> bytes(version.size() + plaintext.size() +
                                         crypto::kXaesBoxOverhead);
  char* const box = std::copy(version.begin(), version.end(), bytes.data());
  crypto::SealXaesBox(SealingKey(data_key), plaintext, BoundData(owner, associated_data), random,
                      box);
  return WriteToken(TokenFormat::kV3, std::string_view(bytes.data(), bytes.size()));
}

std::optional<std::string> OpenTokenV3(const crypto::SecretBytes& data_key, const TokenOwner& owner,
                                       const ParsedToken& token, std::string_view associated_data) {
  if (token.version != owner.version) return std::nullopt;
  return crypto::OpenXaesBox(SealingKey(data_key), token.box(), BoundData(owner, associated_data));
}

}  // namespace keyward::keyring
