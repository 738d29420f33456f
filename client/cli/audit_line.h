#ifndef KEYWARD_CLIENT_CLI_AUDIT_LINE_H_
#define KEYWARD_CLIENT_CLI_AUDIT_LINE_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace keyward::cli {

// Turns the lines of an audit log into columns for people: time, result, latency, method,
// principal, peer and whose key. Nothing is verified; what is no line of a log comes out as it is,
// after "??". A column is as wide as its widest text so far.
class AuditLineFormat {
 public:
  explicit AuditLineFormat(bool colour) : colour_(colour) {}

  // Neither has a newline at its end.
  std::string Format(std::string_view line);

 private:
  static constexpr std::size_t kColumns = 6;

  std::string Padded(std::size_t column, const std::string& text);
  std::string Coloured(const char* colour, const std::string& text) const;

  const bool colour_;
  std::array<std::size_t, kColumns> widths_ = {27, 2, 6, 7, 8, 8};
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_AUDIT_LINE_H_
