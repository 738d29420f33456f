#include "server/keyring/kek.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/crypto/base64.h"
#include "server/crypto/hash.h"
#include "server/crypto/kdf.h"

namespace keyward::keyring {
namespace {

constexpr std::string_view kKekIdLabel = "keyward/kek-id/1";
constexpr uint32_t kPoolKeyRounds = 100'000;
constexpr size_t kPoolKeyBytes = 32;

std::string IdOf(const crypto::SecretBytes& key) {
  const crypto::Sha256Digest digest = crypto::HmacSha256(key, kKekIdLabel);
  return std::string(digest.begin(), digest.begin() + kKekIdBytes);
}

}  // namespace

absl::StatusOr<crypto::SecretBytes> ParseKek(std::string_view text) {
  std::string packed;
  packed.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
               [](char c) { return !absl::ascii_isspace(static_cast<unsigned char>(c)); });
  if (packed.empty()) return absl::InvalidArgumentError("is empty");
  auto key = crypto::DecodeSecretBase64(packed);
  crypto::Wipe(packed);
  if (!key) return absl::InvalidArgumentError("is not base64");
  if (key->size() != kKekBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("holds ", key->size(), " bytes instead of ", kKekBytes));
  }
  return *std::move(key);
}

std::optional<std::string> ParseKekId(std::string_view hex) {
  if (hex.size() != 2 * kKekIdBytes) return std::nullopt;
  std::string id;
  for (size_t at = 0; at < hex.size(); at += 2) {
    uint8_t byte = 0;
    const char* const end = hex.data() + at + 2;
    if (std::from_chars(hex.data() + at, end, byte, 16).ptr != end) return std::nullopt;
    id.push_back(static_cast<char>(byte));
  }
  return id;
}

absl::StatusOr<std::vector<crypto::SecretBytes>> ParseKekList(std::string_view text) {
  const auto separates = [](char c) {
    return c == ',' || absl::ascii_isspace(static_cast<unsigned char>(c));
  };
  std::vector<crypto::SecretBytes> keys;
  auto begin = std::find_if_not(text.begin(), text.end(), separates);
  while (begin != text.end()) {
    const auto end = std::find_if(begin, text.end(), separates);
    auto key = ParseKek(
        text.substr(static_cast<size_t>(begin - text.begin()), static_cast<size_t>(end - begin)));
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("key number ", keys.size() + 1, " ", key.status().message()));
    }
    keys.push_back(*std::move(key));
    begin = std::find_if_not(end, text.end(), separates);
  }
  return keys;
}

Kek::Kek(crypto::SecretBytes key, std::string_view pool_key_salt)
    : key_(std::move(key)),
      id_(IdOf(key_)),
      pool_key_(crypto::Pbkdf2HmacSha256(key_, pool_key_salt, kPoolKeyRounds, kPoolKeyBytes)) {}

std::string Kek::hex_id() const { return absl::BytesToHexString(id_); }

MasterKeys::MasterKeys(std::optional<crypto::SecretBytes> current,
                       std::vector<crypto::SecretBytes> previous, std::string_view pool_key_salt)
    : has_current_(current.has_value()) {
  if (current) keks_.emplace_back(*std::move(current), pool_key_salt);
  for (crypto::SecretBytes& key : previous) {
    if (Find(IdOf(key)) == nullptr) keks_.emplace_back(std::move(key), pool_key_salt);
  }
}

const Kek* MasterKeys::Find(std::string_view id) const {
  const auto kek =
      std::find_if(keks_.begin(), keks_.end(), [&](const Kek& each) { return each.id() == id; });
  return kek == keks_.end() ? nullptr : &*kek;
}

}  // namespace keyward::keyring
