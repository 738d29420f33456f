#ifndef KEYWARD_SERVER_KEYRING_RETIREMENT_WATCH_H_
#define KEYWARD_SERVER_KEYRING_RETIREMENT_WATCH_H_

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/time/time.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// Asks the store, on a thread of its own, whether another server has retired the master key that is
// the current one here. The store itself refuses what would be wrapped under it; what is sealed for
// the pool it never sees.
class RetirementWatch {
 public:
  static constexpr absl::Duration kInterval = absl::Milliseconds(500);

  // All must outlive it. `keks` has a current one. `on_retired` runs on its thread, once; nothing
  // is asked after that.
  RetirementWatch(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
                  std::function<void()> on_retired);

 private:
  void Run(const std::stop_token& stop) const;
  bool IsRetired() const;

  const MasterKeys& keks_;
  store::KeyStore& store_;
  const Clock& clock_;
  const std::function<void()> on_retired_;

  std::jthread thread_;  // last, so that it has ended before anything else goes
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_RETIREMENT_WATCH_H_
