#ifndef KEYWARD_SERVER_KEYRING_PURGE_SWEEPER_H_
#define KEYWARD_SERVER_KEYRING_PURGE_SWEEPER_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/keyring/clock.h"
#include "server/keyring/key_lifecycle.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// Destroys the keys of deleted users once their time of purge has come, on a thread of its own: it
// looks at its start, and again whenever `interval` has passed. Thread-safe.
//
// A server makes one with Keyring::lifecycle() and its store, and ends it before both.
class PurgeSweeper {
 public:
  // What one sweep has done, where there was something to do.
  struct Sweep {
    int64_t destroyed = 0;
    int64_t failed = 0;  // tried again with the next sweep
    absl::Status error;  // the last one; OK where none failed
  };
  // Runs on the sweeper's thread.
  using Report = std::function<void(const Sweep&)>;

  // All must outlive it.
  PurgeSweeper(KeyLifecycle& lifecycle, store::KeyStore& store, const Clock& clock,
               absl::Duration interval, Report report);
  // Ends what it is at with the next commit, and its waiting at once.
  ~PurgeSweeper() = default;

 private:
  void Run(const std::stop_token& stop);
  Sweep SweepOnce(const std::stop_token& stop);
  void Destroy(std::vector<std::string> user_ids, Sweep& sweep, std::vector<std::string>& failed);

  KeyLifecycle& lifecycle_;
  store::KeyStore& store_;
  const Clock& clock_;
  const absl::Duration interval_;
  const Report report_;

  std::jthread thread_;  // last, so that it has ended before anything else goes
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_PURGE_SWEEPER_H_
