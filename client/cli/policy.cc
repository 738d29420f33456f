#include "client/cli/policy.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"
#include "server/auth/permission.h"
#include "server/auth/policy.h"
#include "server/auth/policy_file.h"
#include "server/auth/principal.h"

namespace keyward::cli {
namespace {

ExitStatus FailForFile(const absl::Status& status, const Output& output, ExitStatus exit_status) {
  Failure failure = LocalFailure(status);
  failure.reason = "INVALID_POLICY";
  return output.Fail(failure, exit_status);
}

std::string Counted(size_t count, std::string_view what) {
  return absl::StrCat(count, " ", std::string(what), count == 1 ? "" : "s");
}

ExitStatus Tell(const std::optional<auth::Policy::Reason>& reason, Output& output) {
  if (!reason) {
    return output.Result("denied (no grant allows it)", JsonObject().Boolean("allowed", false),
                         kExitNo);
  }
  return output.Result(
      absl::StrCat("allowed (grant ", reason->number, ", line ", reason->line, ")"),
      JsonObject()
          .Boolean("allowed", true)
          .Number("grant", reason->number)
          .Number("line", static_cast<std::uint64_t>(reason->line)));
}

ExitStatus CheckPolicy(const PolicyQuestion& question, Output& output) {
  const absl::StatusOr<auth::PolicyFile> file = auth::PolicyFile::Open(question.file);
  if (!file.ok()) return FailForFile(file.status(), output, kExitNo);
  const auth::Policy& policy = file->first();
  return output.Result(
      absl::StrCat("OK: ", Counted(policy.grant_count(), "grant"), ", ",
                   Counted(policy.limit_count(), "limit")),
      JsonObject().Number("grants", policy.grant_count()).Number("limits", policy.limit_count()));
}

ExitStatus TestPolicy(const PolicyQuestion& question, Output& output) {
  const auto permission = auth::PermissionNamed(question.permission);
  if (!permission) {
    return output.Fail(
        LocalFailure(absl::InvalidArgumentError(
            "PERMISSION is encrypt, decrypt, export, rewrap, legacy_plaintext or admin")),
        kExitUsage);
  }
  const absl::StatusOr<auth::Principal> principal = auth::Principal::Parse(question.principal);
  if (!principal.ok()) return output.Fail(LocalFailure(principal.status()), kExitUsage);
  const absl::StatusOr<auth::PolicyFile> file = auth::PolicyFile::Open(question.file);
  if (!file.ok()) return FailForFile(file.status(), output, kExitUsage);
  return Tell(file->first().WhyAllowed(*principal, *permission, question.user), output);
}

}  // namespace

ExitStatus RunPolicy(const Invocation& invocation, Output& output) {
  const PolicyQuestion& question = invocation.policy;
  return question.action == "check" ? CheckPolicy(question, output) : TestPolicy(question, output);
}

}  // namespace keyward::cli
