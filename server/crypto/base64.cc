#include "server/crypto/base64.h"

#include <openssl/mem.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace keyward::crypto {
namespace {

// Text goes block by block through an array of sextets, one a byte. The loops over a block have no
// branch, so that the compiler turns them into vector instructions.
constexpr size_t kBlockBytes = 48;
constexpr size_t kBlockCharacters = 64;
using Sextets = std::array<uint8_t, kBlockCharacters>;

uint64_t SwapToBigEndian(uint64_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}
uint32_t SwapToBigEndian(uint32_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}
uint16_t SwapToBigEndian(uint16_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap16(value) : value;
}

template <typename T>
T Load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return SwapToBigEndian(value);
}

template <typename T>
void Store(T value, void* to) {
  value = SwapToBigEndian(value);
  std::memcpy(to, &value, sizeof(value));
}

// Six bytes at a time: 48 bits, halved into parts of 24, 12 and 6. The first is the most
// significant.
void SplitBlock(const char* bytes, Sextets& sextets) {
  for (size_t i = 0; i < kBlockCharacters; i += 8, bytes += 6) {
    uint64_t bits = uint64_t{Load<uint32_t>(bytes)} << 16 | Load<uint16_t>(bytes + 4);
    bits = (bits & 0x0000FFFFFF000000) << 8 | (bits & 0x0000000000FFFFFF);
    bits = (bits & 0x00FFF00000FFF000) << 4 | (bits & 0x00000FFF00000FFF);
    bits = (bits & 0x0FC00FC00FC00FC0) << 2 | (bits & 0x003F003F003F003F);
    Store<uint64_t>(bits, &sextets[i]);
  }
}

void JoinBlock(const Sextets& sextets, char* bytes) {
  for (size_t i = 0; i < kBlockCharacters; i += 8, bytes += 6) {
    uint64_t bits = Load<uint64_t>(&sextets[i]);
    bits = (bits & 0x3F003F003F003F00) >> 2 | (bits & 0x003F003F003F003F);
    bits = (bits & 0x0FFF00000FFF0000) >> 4 | (bits & 0x00000FFF00000FFF);
    bits = (bits & 0x00FFFFFF00000000) >> 8 | (bits & 0x0000000000FFFFFF);
    Store<uint32_t>(static_cast<uint32_t>(bits >> 16), bytes);
    Store<uint16_t>(static_cast<uint16_t>(bits), bytes + 4);
  }
}

// All ones where low <= value <= high, else zero.
uint8_t InRange(int8_t value, int8_t low, int8_t high) {
  return static_cast<uint8_t>(-((value >= low) & (value <= high)));
}

// `from` + Distance(from, to) is `to`, modulo 256.
constexpr uint8_t Distance(int from, int to) { return static_cast<uint8_t>(to - from); }

void EncodeBlock(const Sextets& sextets, char* characters) {
  for (size_t i = 0; i < kBlockCharacters; ++i) {
    const auto value = static_cast<int8_t>(sextets[i]);
    const uint8_t add =
        (InRange(value, 0, 25) & Distance(0, 'A')) | (InRange(value, 26, 51) & Distance(26, 'a')) |
        (InRange(value, 52, 61) & Distance(52, '0')) |
        (InRange(value, 62, 62) & Distance(62, '-')) | (InRange(value, 63, 63) & Distance(63, '_'));
    characters[i] = static_cast<char>(sextets[i] + add);
  }
}

// Returns bits where a character is outside the alphabet.
uint8_t DecodeBlock(const char* characters, bool standard_alphabet_too, Sextets& sextets) {
  const auto standard = static_cast<uint8_t>(-standard_alphabet_too);
  uint8_t unknown = 0;
  for (size_t i = 0; i < kBlockCharacters; ++i) {
    const auto c = static_cast<int8_t>(characters[i]);
    const uint8_t upper = InRange(c, 'A', 'Z');
    const uint8_t lower = InRange(c, 'a', 'z');
    const uint8_t digit = InRange(c, '0', '9');
    const uint8_t minus = InRange(c, '-', '-');
    const uint8_t underscore = InRange(c, '_', '_');
    const uint8_t plus = InRange(c, '+', '+') & standard;
    const uint8_t slash = InRange(c, '/', '/') & standard;
    const uint8_t add = (upper & Distance('A', 0)) | (lower & Distance('a', 26)) |
                        (digit & Distance('0', 52)) | (minus & Distance('-', 62)) |
                        (underscore & Distance('_', 63)) | (plus & Distance('+', 62)) |
                        (slash & Distance('/', 63));
    unknown |= static_cast<uint8_t>(~(upper | lower | digit | minus | underscore | plus | slash));
    sextets[i] = static_cast<uint8_t>(c + add);
  }
  return unknown;
}

// Without its padding; nullopt where padding or length are wrong.
std::optional<std::string_view> WithoutPadding(std::string_view text) {
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  if (padding > 0 && text.size() % 4 != 0) return std::nullopt;
  text.remove_suffix(padding);
  if (text.size() % 4 == 1) return std::nullopt;
  return text;
}

// Writes unpadded.size() * 3 / 4 bytes.
bool Decode(std::string_view unpadded, bool standard_alphabet_too, char* out) {
  Sextets sextets;
  uint8_t unknown = 0;
  for (; unpadded.size() >= kBlockCharacters; unpadded.remove_prefix(kBlockCharacters)) {
    unknown |= DecodeBlock(unpadded.data(), standard_alphabet_too, sextets);
    JoinBlock(sextets, out);
    out += kBlockBytes;
  }
  char last[kBlockCharacters];
  std::memset(last, 'A', sizeof(last));  // zeros
  std::memcpy(last, unpadded.data(), unpadded.size());
  char bytes[kBlockBytes];
  unknown |= DecodeBlock(last, standard_alphabet_too, sextets);
  JoinBlock(sextets, bytes);
  const size_t count = unpadded.size() * 3 / 4;
  std::memcpy(out, bytes, count);
  // The bits of the last character that belong to no byte.
  const bool stray_bits = bytes[count] != 0;
  OPENSSL_cleanse(sextets.data(), sextets.size());
  OPENSSL_cleanse(last, sizeof(last));
  OPENSSL_cleanse(bytes, sizeof(bytes));
  return unknown == 0 && !stray_bits;
}

}  // namespace

void AppendBase64Url(std::string_view bytes, std::string& out) {
  const size_t start = out.size();
  out.resize(start + Base64UrlSize(bytes.size()), '=');
  char* to = out.data() + start;
  Sextets sextets;
  for (; bytes.size() >= kBlockBytes; bytes.remove_prefix(kBlockBytes)) {
    SplitBlock(bytes.data(), sextets);
    EncodeBlock(sextets, to);
    to += kBlockCharacters;
  }
  char last[kBlockBytes] = {};
  std::memcpy(last, bytes.data(), bytes.size());
  char characters[kBlockCharacters];
  SplitBlock(last, sextets);
  EncodeBlock(sextets, characters);
  std::memcpy(to, characters, (bytes.size() * 4 + 2) / 3);
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  const auto unpadded = WithoutPadding(text);
  if (!unpadded) return std::nullopt;
  std::string bytes(unpadded->size() * 3 / 4, '\0');
  if (!Decode(*unpadded, /*standard_alphabet_too=*/false, bytes.data())) return std::nullopt;
  return bytes;
}

std::optional<SecretBytes> DecodeSecretBase64(std::string_view text) {
  const auto unpadded = WithoutPadding(text);
  if (!unpadded) return std::nullopt;
  bool decoded = unpadded->empty();
  SecretBytes bytes(unpadded->size() * 3 / 4, [&](absl::Span<uint8_t> out) {
    decoded =
        Decode(*unpadded, /*standard_alphabet_too=*/true, reinterpret_cast<char*>(out.data()));
  });
  if (!decoded) return std::nullopt;
  return bytes;
}

}  // namespace keyward::crypto
