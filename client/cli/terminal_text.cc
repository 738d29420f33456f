#include "client/cli/terminal_text.h"

#include <algorithm>

namespace keyward::cli {

std::string Harmless(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < out.size(); ++at) {
    const auto byte = static_cast<unsigned char>(out[at]);
    // U+0080 to U+009F are controls too, and are C2 and one of 80 to 9F.
    const bool second_control =
        byte == 0xC2 && at + 1 < out.size() && static_cast<unsigned char>(out[at + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F) out[at] = '?';
    if (second_control) out.replace(at, 2, "?");
  }
  return out;
}

std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char each) {
    return (static_cast<unsigned char>(each) & 0xC0) != 0x80;
  }));
}

}  // namespace keyward::cli
