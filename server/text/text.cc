#include "server/text/text.h"

#include <algorithm>
#include <array>

namespace keyward::text {
namespace {

// A row of the table: the ranges of the first and the second byte, and the length. Further bytes
// are 0x80 to 0xBF.
struct Form {
  unsigned char first_low, first_high, second_low, second_high;
  size_t length;
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

bool IsControl(char byte) { return Within(byte, 0, 31) || byte == 127; }

bool StartsWith(const Form& form, std::string_view text) {
  return text.size() >= form.length && Within(text[0], form.first_low, form.first_high) &&
         Within(text[1], form.second_low, form.second_high) &&
         std::all_of(text.begin() + 2, text.begin() + form.length,
                     [](char byte) { return Within(byte, 0x80, 0xBF); });
}

// Of the sequence at the front of a text that is not empty; 0 where it is no sequence.
size_t SequenceSize(std::string_view text) {
  if (Within(text[0], 0x00, 0x7F)) return 1;
  const auto* form = std::find_if(kForms.begin(), kForms.end(),
                                  [&](const Form& each) { return StartsWith(each, text); });
  return form == kForms.end() ? 0 : form->length;
}

}  // namespace

size_t Utf8Prefix(std::string_view text) {
  size_t prefix = 0;
  while (prefix < text.size()) {
    const size_t size = SequenceSize(text.substr(prefix));
    if (size == 0) return prefix;
    prefix += size;
  }
  return prefix;
}

bool HasControlBytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), IsControl);
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  std::replace_if(line.begin(), line.end(), IsControl, '?');
  return line;
}

}  // namespace keyward::text
