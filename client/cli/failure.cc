#include "client/cli/failure.h"

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "keyward/errors.h"

namespace keyward::cli {
namespace {

struct Hint {
  std::string_view reason;
  std::string_view text;
};
constexpr std::array kHints = {
    Hint{"DECRYPTION_FAILED", "check --user or --pool, and --associated-data"},
    Hint{"ENCRYPTION_DISABLED",
         "give the server API_KEY_MASTER_KEY or API_KEY_MASTER_KEY_FILE; keyward genkey makes one"},
    Hint{"ETAG_MISMATCH", "somebody else changed the key: look at it again"},
    Hint{"KEK_IN_USE", "keyward kek rewrap, first"},
    Hint{"LEGACY_SHARED", "keyward legacy finish tells when the server needs no --legacy_db"},
    Hint{"TOKEN_MALFORMED", "--allow-legacy-plaintext is for values that may still be plaintext"},
    Hint{"UNAUTHENTICATED", "check --tls_cert and --tls_key"},
    Hint{"USER_KEY_DELETED", "keyward key undelete takes that back, until the purge time"},
    Hint{"USER_KEY_DISABLED", "keyward key enable takes that back"},
    Hint{"USER_KEY_NOT_FOUND", "check --user; encrypt makes a user's key, decrypt does not"},
};

std::string HintFor(std::string_view reason) {
  for (const Hint& each : kHints) {
    if (each.reason == reason) return std::string(each.text);
  }
  return "";
}

std::string Message(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace

Failure CallFailure(const absl::Status& status, const client::ClientOptions& options) {
  const std::string code = absl::StatusCodeToString(status.code());
  const std::string reason = client::ErrorReason(status);
  if (!reason.empty()) {
    return {code, reason, Message(status), HintFor(reason), client::RequestId(status)};
  }
  if (absl::IsUnavailable(status)) {
    return {code, code,
            absl::StrCat("cannot connect to ", options.address, ": is the server running?"),
            Message(status)};
  }
  if (absl::IsDeadlineExceeded(status)) {
    return {code, code,
            absl::StrCat("no answer from ", options.address, " within ",
                         absl::FormatDuration(options.deadline)),
            "--deadline sets how long to wait"};
  }
  if (absl::IsUnimplemented(status)) {
    return {code, code, absl::StrCat(options.address, " does not serve this call"), ""};
  }
  return {code, code, Message(status), "", client::RequestId(status)};
}

Failure LocalFailure(const absl::Status& status) {
  return {absl::StatusCodeToString(status.code()), "USAGE", Message(status), ""};
}

}  // namespace keyward::cli
