#include "server/guards.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/audit/file_audit_log.h"
#include "server/auth/policy_file.h"
#include "server/telemetry/log.h"

namespace keyward {
namespace {

using telemetry::Log;
using telemetry::LogLevel;

constexpr absl::Duration kLookEvery = absl::Seconds(1);

void LogPolicy(const auth::Policy& policy) {
  Log(LogLevel::kInfo, "policy",
      {{"grants", static_cast<int64_t>(policy.grant_count())},
       {"limits", static_cast<int64_t>(policy.limit_count())}});
}

std::string Names(const tls::IdentityInfo& info) { return absl::StrJoin(info.names, " "); }

}  // namespace

// Tells the operator what becomes of the certificates.
class Guards::IdentityLog final : public tls::IdentityObserver {
 public:
  void OnReloaded(const tls::IdentityInfo& info) override {
    Log(LogLevel::kInfo, "tls_reloaded",
        {{"serial", info.serial},
         {"names", Names(info)},
         {"not_after", absl::FormatTime(info.not_after, absl::UTCTimeZone())}});
  }
  void OnRefused(const absl::Status& why) override {
    Log(LogLevel::kError, "tls_refused",
        {{"message", absl::StrCat(std::string(why.message()), "; the one before stays")}});
  }
  void OnExpiryNear(const tls::IdentityInfo& info, absl::Duration left) override {
    Log(LogLevel::kWarning, "tls_expiry",
        {{"serial", info.serial},
         {"names", Names(info)},
         {"days_left", absl::ToInt64Hours(left) / 24}});
  }
  void OnKeyReadableByOthers(const std::string& path) override {
    Log(LogLevel::kWarning, "tls_key_readable",
        {{"path", path}, {"message", std::string("every user of this machine may read it")}});
  }
};

absl::StatusOr<std::unique_ptr<Guards>> Guards::Open(const Config& config,
                                                     const keyring::MasterKeys& keys) {
  std::unique_ptr<Guards> guards;
  if (config.policy.empty()) {
    guards.reset(new Guards(auth::Policy::WithoutFile()));
  } else {
    auto file = auth::PolicyFile::Open(config.policy);
    if (!file.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--policy: ", file.status().message()));
    }
    guards.reset(new Guards(file->first()));
    LogPolicy(file->first());
    guards->Watch(*std::move(file));
  }
  if (absl::Status status = guards->OpenTls(config); !status.ok()) return status;
  if (absl::Status status = guards->OpenAudit(config, keys); !status.ok()) return status;
  return guards;
}

Guards::Guards(auth::Policy policy) : authorizer_(std::move(policy)) {}

Guards::~Guards() = default;

void Guards::Watch(auth::PolicyFile file) {
  policy_ = std::make_unique<auth::PolicyWatcher>(
      std::move(file), kLookEvery, [this](const absl::StatusOr<auth::Policy>& policy) {
        if (policy.ok()) {
          authorizer_.Use(*policy);
          return LogPolicy(*policy);  // who reads the line may rely on it
        }
        Log(LogLevel::kError, "policy_refused",
            {{"message",
              absl::StrCat(std::string(policy.status().message()), "; the one before stays")}});
      });
}

absl::Status Guards::OpenTls(const Config& config) {
  if (!config.has_tls()) return absl::OkStatus();
  identity_log_ = std::make_unique<IdentityLog>();
  auto files = tls::IdentityFiles::Open({.paths = {.tls_cert = config.tls_cert,
                                                   .tls_key = config.tls_key,
                                                   .tls_client_ca = config.tls_client_ca},
                                         .look_every = kLookEvery},
                                        absl::Now, *identity_log_);
  if (!files.ok()) return files.status();
  tls_ = *std::move(files);
  return absl::OkStatus();
}

absl::Status Guards::OpenAudit(const Config& config, const keyring::MasterKeys& keys) {
  if (config.audit.path.empty()) return absl::OkStatus();
  const keyring::Kek* const kek = keys.current();
  if (kek == nullptr) {
    return absl::FailedPreconditionError(
        "--audit_log: its lines are sealed under the master key, and there is no usable one");
  }
  auto log = audit::FileAuditLog::Open(config.audit, audit::AuditKeys(kek->key(), kek->hex_id()),
                                       log_system_);
  if (!log.ok()) return log.status();
  audit_ = *std::move(log);
  return absl::OkStatus();
}

void Guards::Refresh() {
  if (policy_ != nullptr) policy_->CheckNow();
  if (tls_ != nullptr) tls_->CheckNow();
  if (audit_ != nullptr) audit_->Reopen();
}

}  // namespace keyward
