#ifndef KEYWARD_CLIENT_CLI_TOKEN_FORMAT_H_
#define KEYWARD_CLIENT_CLI_TOKEN_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "keyward/token_format.h"

namespace keyward::cli {

// "v2" or "v3", as on the command line and in a batch's lines.
inline std::optional<client::TokenFormat> ParseTokenFormat(std::string_view text) {
  if (text == "v2") return client::TokenFormat::kV2;
  if (text == "v3") return client::TokenFormat::kV3;
  return std::nullopt;
}

// Also of a format that only the server knows.
inline std::string TokenFormatName(client::TokenFormat format) {
  return absl::StrCat("v", static_cast<int>(format));
}

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_TOKEN_FORMAT_H_
