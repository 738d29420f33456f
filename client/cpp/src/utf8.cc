#include "client/cpp/src/utf8.h"

#include <array>

namespace keyward::client {
namespace {

// A row of Unicode's table 3-7, "Well-Formed UTF-8 Byte Sequences": the range of the first byte,
// the range of the second, and the length. Further bytes are 0x80 to 0xBF.
struct Form {
  unsigned char first_low, first_high, second_low, second_high;
  std::size_t length;
};
constexpr std::array kForms = {
    Form{0xC2, 0xDF, 0x80, 0xBF, 2}, Form{0xE0, 0xE0, 0xA0, 0xBF, 3},
    Form{0xE1, 0xEC, 0x80, 0xBF, 3}, Form{0xED, 0xED, 0x80, 0x9F, 3},
    Form{0xEE, 0xEF, 0x80, 0xBF, 3}, Form{0xF0, 0xF0, 0x90, 0xBF, 4},
    Form{0xF1, 0xF3, 0x80, 0xBF, 4}, Form{0xF4, 0xF4, 0x80, 0x8F, 4},
};

bool Within(char byte, unsigned char low, unsigned char high) {
  const auto value = static_cast<unsigned char>(byte);
  return low <= value && value <= high;
}

bool Matches(std::string_view text, const Form& form) {
  if (text.size() < form.length) return false;
  if (!Within(text[0], form.first_low, form.first_high)) return false;
  if (!Within(text[1], form.second_low, form.second_high)) return false;
  for (std::size_t i = 2; i < form.length; ++i) {
    if (!Within(text[i], 0x80, 0xBF)) return false;
  }
  return true;
}

}  // namespace

std::size_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  if (Within(text[0], 0x00, 0x7F)) return 1;
  for (const Form& form : kForms) {
    if (Matches(text, form)) return form.length;
  }
  return 0;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace keyward::client
