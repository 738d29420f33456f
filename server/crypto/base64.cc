#include "server/crypto/base64.h"

#include <cstdint>

namespace keyward::crypto {
namespace {

// All ones where low <= value <= high, else zero, without a branch.
uint32_t InRange(uint32_t value, uint32_t low, uint32_t high) {
  const uint32_t outside = (value - low) | (high - value);  // top bit set where either is negative
  return ~(0U - (outside >> 31));
}

char EncodeSextet(uint32_t value) {
  const uint32_t code = (InRange(value, 0, 25) & (value + 'A')) |
                        (InRange(value, 26, 51) & (value - 26 + 'a')) |
                        (InRange(value, 52, 61) & (value - 52 + '0')) |
                        (InRange(value, 62, 62) & '-') | (InRange(value, 63, 63) & '_');
  return static_cast<char>(code);
}

// The value of a character, 0 to 63; bit 8 is set for one outside the alphabet.
uint32_t DecodeSextet(char character, uint32_t standard_alphabet_too) {
  const uint32_t c = static_cast<uint8_t>(character);
  const uint32_t upper = InRange(c, 'A', 'Z');
  const uint32_t lower = InRange(c, 'a', 'z');
  const uint32_t digit = InRange(c, '0', '9');
  const uint32_t sixty_two = InRange(c, '-', '-') | (InRange(c, '+', '+') & standard_alphabet_too);
  const uint32_t sixty_three = InRange(c, '_', '_') | (InRange(c, '/', '/') & standard_alphabet_too);
  const uint32_t known = upper | lower | digit | sixty_two | sixty_three;
  return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (digit & (c - '0' + 52)) |
         (sixty_two & 62) | (sixty_three & 63) | (~known & 0x100);
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
  const uint32_t mask = standard_alphabet_too ? ~0U : 0U;
  uint32_t errors = 0;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char character : unpadded) {
    const uint32_t sextet = DecodeSextet(character, mask);
    errors |= sextet;
    bits = (bits << 6) | (sextet & 63);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      *out++ = static_cast<char>(bits >> bit_count);
    }
  }
  const uint32_t stray_bits = bits & ((1U << bit_count) - 1);
  return (errors & 0x100) == 0 && stray_bits == 0;
}

}  // namespace

void AppendBase64Url(std::string_view bytes, std::string& out) {
  const size_t start = out.size();
  out.resize(start + Base64UrlSize(bytes.size()), '=');
  char* to = out.data() + start;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<uint8_t>(byte);
    bit_count += 8;
    while (bit_count >= 6) {
      bit_count -= 6;
      *to++ = EncodeSextet((bits >> bit_count) & 63);
    }
  }
  if (bit_count > 0) *to = EncodeSextet((bits << (6 - bit_count)) & 63);
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
    decoded = Decode(*unpadded, /*standard_alphabet_too=*/true, reinterpret_cast<char*>(out.data()));
  });
  if (!decoded) return std::nullopt;
  return bytes;
}

}  // namespace keyward::crypto
