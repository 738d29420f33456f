#ifndef KEYWARD_SERVER_GUARDS_H_
#define KEYWARD_SERVER_GUARDS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/audit/audit_log.h"
#include "server/audit/log_system.h"
#include "server/auth/authorizer.h"
#include "server/auth/policy_watcher.h"
#include "server/config.h"
#include "server/keyring/kek.h"
#include "server/tls/identity_files.h"
#include "server/tls/identity_observer.h"

namespace keyward {

// Who gets in, who may do what, and what is recorded of it: TLS identity, policy and audit log,
// kept in step with their files. Thread-safe.
class Guards {
 public:
  // An error is one line for the operator.
  static absl::StatusOr<std::unique_ptr<Guards>> Open(const Config& config,
                                                      const keyring::MasterKeys& keys);
  ~Guards();

  // Null without TLS.
  tls::IdentityFiles* tls() { return tls_.get(); }
  auth::Authorizer& authorizer() { return authorizer_; }
  // Null without an audit log.
  audit::AuditLog* audit() { return audit_.get(); }

  // SIGHUP: looks at all files now, and begins a new audit log.
  void Refresh();

 private:
  class IdentityLog;

  explicit Guards(auth::Policy policy);

  absl::Status OpenTls(const Config& config);
  absl::Status OpenAudit(const Config& config, const keyring::MasterKeys& keys);
  void Watch(auth::PolicyFile file);

  auth::Authorizer authorizer_;
  std::unique_ptr<auth::PolicyWatcher> policy_;
  std::unique_ptr<tls::IdentityObserver> identity_log_;
  std::unique_ptr<tls::IdentityFiles> tls_;
  audit::LogSystem log_system_;
  std::unique_ptr<audit::AuditLog> audit_;
};

}  // namespace keyward

#endif  // KEYWARD_SERVER_GUARDS_H_
