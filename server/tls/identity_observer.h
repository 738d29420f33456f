#ifndef KEYWARD_SERVER_TLS_IDENTITY_OBSERVER_H_
#define KEYWARD_SERVER_TLS_IDENTITY_OBSERVER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/tls/identity.h"

namespace keyward::tls {

// Told what becomes of the identity's files. The calls come one at a time, from the thread that
// looked; they must not look themselves.
class IdentityObserver {
 public:
  virtual ~IdentityObserver() = default;

  // New handshakes show this certificate from now on.
  virtual void OnReloaded(const IdentityInfo& info) = 0;
  // The files hold what cannot be served, and what was served before goes on being served. Once for
  // each content that was found so twice in a row; the message is one line that names the file.
  virtual void OnRefused(const absl::Status& why) = 0;
  // The certificate that is served ends within 30, 7 or 1 days, or has ended; once for each.
  virtual void OnExpiryNear(const IdentityInfo& info, absl::Duration left) = 0;
  // The key of the identity that was just taken up may be read by every user of the machine.
  virtual void OnKeyReadableByOthers(const std::string& path) = 0;
};

}  // namespace keyward::tls

#endif  // KEYWARD_SERVER_TLS_IDENTITY_OBSERVER_H_
