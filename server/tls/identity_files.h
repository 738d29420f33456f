#ifndef KEYWARD_SERVER_TLS_IDENTITY_FILES_H_
#define KEYWARD_SERVER_TLS_IDENTITY_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/sync/mutex.h"
#include "server/tls/identity.h"
#include "server/tls/identity_observer.h"
#include "server/tls/pem_file.h"

namespace keyward::tls {

class IdentityFiles;

// Hands one listener each identity once. Thread-safe.
class IdentityReader {
 public:
  explicit IdentityReader(const IdentityFiles& files) : files_(files) {}

  // The current identity, or null where it was handed out before.
  std::shared_ptr<const Identity> TakeNew();

 private:
  const IdentityFiles& files_;
  sync::Mutex mutex_;
  std::shared_ptr<const Identity> taken_ ABSL_GUARDED_BY(mutex_);
};

// The server's TLS identity, kept in step with its files while they change: by being renamed over,
// rewritten in place, or reached through a symlink that moves, as Kubernetes does it. The three are
// taken up together, and only once CheckIdentity finds them good: what is broken, or half written,
// never takes the place of a good identity, and is read again at each look. Thread-safe.
class IdentityFiles {
 public:
  struct Options {
    IdentityPaths paths;
    // Between two looks at the files; infinite: only CheckNow() looks.
    absl::Duration look_every = absl::Seconds(1);
  };
  using Now = std::function<absl::Time()>;

  // Fails where the files hold no good identity now; the message is one line that names the file.
  // `observer` must outlive it, and is called from here too, for what there is to warn of.
  static absl::StatusOr<std::unique_ptr<IdentityFiles>> Open(Options options, Now now,
                                                             IdentityObserver& observer);
  ~IdentityFiles();
  IdentityFiles(const IdentityFiles&) = delete;
  IdentityFiles& operator=(const IdentityFiles&) = delete;

  // Looks at the files, and returns when that is done.
  void CheckNow();

  std::shared_ptr<const Identity> current() const;
  IdentityInfo info() const;
  // How often a new identity was taken up, the first not counted, and how often one was refused.
  int64_t reloads() const;
  int64_t refusals() const;

  // A reader of its own for each listener; it lives as long as this object.
  IdentityReader& NewReader();

 private:
  IdentityFiles(Options options, Now now, IdentityObserver& observer);

  absl::Status TakeUp(PemFiles files) ABSL_EXCLUSIVE_LOCKS_REQUIRED(looking_);
  void Refuse(const std::string& content, const absl::Status& why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(looking_);
  void WarnOfExpiry() ABSL_EXCLUSIVE_LOCKS_REQUIRED(looking_);
  void LookAgainAndAgain();

  const Options options_;
  const Now now_;
  IdentityObserver& observer_;

  // Held for a whole look.
  sync::Mutex looking_;
  // What the current identity was read from, and what was refused last: fingerprints.
  std::string content_ ABSL_GUARDED_BY(looking_);
  std::string refused_ ABSL_GUARDED_BY(looking_);
  bool refusal_reported_ ABSL_GUARDED_BY(looking_) = false;
  // The nearest expiry of the current certificate that was warned of.
  absl::Duration warned_ ABSL_GUARDED_BY(looking_) = absl::InfiniteDuration();

  mutable sync::Mutex mutex_;
  std::shared_ptr<const Identity> current_ ABSL_GUARDED_BY(mutex_);
  IdentityInfo info_ ABSL_GUARDED_BY(mutex_);
  int64_t reloads_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<IdentityReader>> readers_ ABSL_GUARDED_BY(mutex_);

  std::jthread thread_;
};

}  // namespace keyward::tls

#endif  // KEYWARD_SERVER_TLS_IDENTITY_FILES_H_
