#include "server/rpc/admin_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "server/errors/errors.h"
#include "server/rpc/request_rules.h"

namespace keyward::rpc {

absl::Status CheckEtag(std::string_view etag) {
  return CheckSize("etag", etag.size(), kMaxEtagBytes);
}

absl::Status CheckRequestId(std::string_view request_id) {
  return CheckSize("request_id", request_id.size(), kMaxRequestIdBytes);
}

absl::Status CheckFileName(std::string_view file_name) {
  const bool is_bare =
      !file_name.starts_with('.') &&
      std::none_of(file_name.begin(), file_name.end(), [](char each) {
        return each == '/' || absl::ascii_iscntrl(static_cast<unsigned char>(each));
      });
  if (!is_bare) return errors::InvalidRequest("file_name is no bare name of a file");
  return CheckSize("file_name", file_name.size(), kMaxFileNameBytes);
}

}  // namespace keyward::rpc
