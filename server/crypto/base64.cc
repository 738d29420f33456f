#include "server/crypto/base64.h"

#include <openssl/mem.h>

#include <cstdint>
#include <cstring>

namespace keyward::crypto {
namespace {

// Eight characters, or eight sextets, are worked on at once, one in each byte of a word; the first one is the
// most significant. Six bytes make eight characters.
using Word = uint64_t;
constexpr size_t kBlockBytes = 6;
constexpr size_t kBlockCharacters = 8;

constexpr Word Each(uint8_t byte) { return Word{0x0101010101010101} * byte; }

template <size_t kCount>
Word Load(const char* from) {
  Word word = 0;
  for (size_t i = 0; i < kCount; ++i) word = word << 8 | static_cast<uint8_t>(from[i]);
  return word;
}

template <size_t kCount>
void Store(Word word, char* to) {
  for (size_t i = 0; i < kCount; ++i) to[i] = static_cast<char>(word >> 8 * (kCount - 1 - i));
}

// For bytes below 128: 255 where the byte is at least `low`, else 0. No byte's sum reaches the next one.
Word AtLeast(Word bytes, uint8_t low) {
  const Word reached = (bytes + Each(0x80 - low)) & Each(0x80);
  return (reached >> 7) * 0xFF;
}

Word InRange(Word bytes, uint8_t low, uint8_t high) {
  return AtLeast(bytes, low) & ~AtLeast(bytes, high + 1);
}

// 48 bits to eight sextets: halved into twos of 24, 12 and 6 bits.
Word Spread(Word bits) {
  bits = (bits & 0x0000FFFFFF000000) << 8 | (bits & 0x0000000000FFFFFF);
  bits = (bits & 0x00FFF00000FFF000) << 4 | (bits & 0x00000FFF00000FFF);
  return (bits & 0x0FC00FC00FC00FC0) << 2 | (bits & 0x003F003F003F003F);
}

Word Gather(Word sextets) {
  sextets = (sextets & 0x3F003F003F003F00) >> 2 | (sextets & 0x003F003F003F003F);
  sextets = (sextets & 0x0FFF00000FFF0000) >> 4 | (sextets & 0x00000FFF00000FFF);
  return (sextets & 0x00FFFFFF00000000) >> 8 | (sextets & 0x0000000000FFFFFF);
}

// What to add to a sextet for its character, and to a character for its sextet; modulo 128.
constexpr uint8_t Distance(int from, int to) { return static_cast<uint8_t>((to - from) & 0x7F); }

Word Encode(Word sextets) {
  Word add = Each(Distance(0, 'A'));
  const auto from = [&](uint8_t first, uint8_t distance_before, uint8_t distance) {
    add ^= AtLeast(sextets, first) & Each(distance_before ^ distance);
  };
  from(26, Distance(0, 'A'), Distance(26, 'a'));
  from(52, Distance(26, 'a'), Distance(52, '0'));
  from(62, Distance(52, '0'), Distance(62, '-'));
  from(63, Distance(62, '-'), Distance(63, '_'));
  return (sextets + add) & Each(0x7F);
}

// Sets bits in `unknown` where a character is outside the alphabet.
Word Decode(Word characters, bool standard_alphabet_too, Word& unknown) {
  const Word ascii = characters & Each(0x7F);
  const Word standard = standard_alphabet_too ? ~Word{0} : Word{0};
  Word known = 0;
  Word add = 0;
  const auto range = [&](Word in_range, uint8_t distance) {
    known |= in_range;
    add |= in_range & Each(distance);
  };
  range(InRange(ascii, 'A', 'Z'), Distance('A', 0));
  range(InRange(ascii, 'a', 'z'), Distance('a', 26));
  range(InRange(ascii, '0', '9'), Distance('0', 52));
  range(InRange(ascii, '-', '-'), Distance('-', 62));
  range(InRange(ascii, '_', '_'), Distance('_', 63));
  range(InRange(ascii, '+', '+') & standard, Distance('+', 62));
  range(InRange(ascii, '/', '/') & standard, Distance('/', 63));
  unknown |= ~known | (characters & Each(0x80));
  return (ascii + add) & Each(0x7F);
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
  Word unknown = 0;
  while (unpadded.size() >= kBlockCharacters) {
    const Word sextets =
        Decode(Load<kBlockCharacters>(unpadded.data()), standard_alphabet_too, unknown);
    Store<kBlockBytes>(Gather(sextets), out);
    out += kBlockBytes;
    unpadded.remove_prefix(kBlockCharacters);
  }
  char last[kBlockCharacters] = {'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A'};  // zeros
  std::memcpy(last, unpadded.data(), unpadded.size());
  char bytes[kBlockBytes];
  Store<kBlockBytes>(
      Gather(Decode(Load<kBlockCharacters>(last), standard_alphabet_too, unknown)), bytes);
  const size_t count = unpadded.size() * 3 / 4;
  std::memcpy(out, bytes, count);
  char stray_bits = 0;
  for (size_t i = count; i < kBlockBytes; ++i) stray_bits |= bytes[i];
  OPENSSL_cleanse(last, sizeof(last));
  OPENSSL_cleanse(bytes, sizeof(bytes));
  return unknown == 0 && stray_bits == 0;
}

}  // namespace

void AppendBase64Url(std::string_view bytes, std::string& out) {
  const size_t start = out.size();
  out.resize(start + Base64UrlSize(bytes.size()), '=');
  char* to = out.data() + start;
  while (bytes.size() >= kBlockBytes) {
    Store<kBlockCharacters>(Encode(Spread(Load<kBlockBytes>(bytes.data()))), to);
    to += kBlockCharacters;
    bytes.remove_prefix(kBlockBytes);
  }
  char last[kBlockBytes] = {};
  std::memcpy(last, bytes.data(), bytes.size());
  char characters[kBlockCharacters];
  Store<kBlockCharacters>(Encode(Spread(Load<kBlockBytes>(last))), characters);
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
    decoded = Decode(*unpadded, /*standard_alphabet_too=*/true, reinterpret_cast<char*>(out.data()));
  });
  if (!decoded) return std::nullopt;
  return bytes;
}

}  // namespace keyward::crypto
