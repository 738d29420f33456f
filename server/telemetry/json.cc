#include "server/telemetry/json.h"

#include <cstddef>
#include <cstdint>

namespace keyward::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The size of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7); 0 where there is
// none.
size_t SequenceSize(std::string_view text) {
  const auto byte = [&](size_t at) {
    return at < text.size() ? static_cast<uint8_t>(text[at]) : uint8_t{0};
  };
  const auto in = [&](size_t at, uint8_t low, uint8_t high) {
    return byte(at) >= low && byte(at) <= high;
  };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
    const uint8_t high = lead == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

void AppendAscii(char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(c);
  } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
    out.append("\\u00");
    out.push_back(kHex[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kHex[static_cast<uint8_t>(c) & 15]);
  } else {
    out.push_back(c);
  }
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    const size_t size = SequenceSize(text);
    if (size == 0) {
      out.append(kReplacement);
    } else if (size == 1) {
      AppendAscii(text.front(), out);
    } else {
      out.append(text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out.push_back('"');
}

}  // namespace keyward::telemetry
