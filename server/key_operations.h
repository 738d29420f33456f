#ifndef KEYWARD_SERVER_KEY_OPERATIONS_H_
#define KEYWARD_SERVER_KEY_OPERATIONS_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/config.h"
#include "server/keyring/kek.h"
#include "server/keyring/kek_rotation.h"
#include "server/keyring/key_list.h"
#include "server/keyring/keyring.h"
#include "server/keyring/purge_sweeper.h"
#include "server/keyring/retirement_watch.h"
#include "server/keyring/store_upkeep.h"
#include "server/rpc/key_admin_service.h"
#include "server/store/key_store.h"

namespace keyward {

// What operators ask for, and what is done for them in the background. It ends what runs.
class KeyOperations {
 public:
  // All must outlive it. An error is one line for the operator.
  static absl::StatusOr<std::unique_ptr<KeyOperations>> Open(const Config& config,
                                                             const keyring::MasterKeys& keks,
                                                             store::KeyStore& store,
                                                             keyring::Keyring& keyring);

  rpc::KeyAdmin admin() { return admin_; }
  keyring::RewrapProgress rewrap_progress() const { return rotation_.progress(); }

  // Goes on with what an earlier process began, and begins to destroy deleted keys in time.
  void Start();
  // Gives up what callers wait for; before the server drains.
  void StopUpkeep() { upkeep_.Stop(); }

 private:
  KeyOperations(const Config& config, const keyring::MasterKeys& keks, store::KeyStore& store,
                keyring::Keyring& keyring);

  const keyring::MasterKeys& keks_;
  store::KeyStore& store_;
  keyring::Keyring& keyring_;
  keyring::KeyList list_;
  keyring::KekRotation rotation_;
  keyring::StoreUpkeep upkeep_;
  const rpc::KeyAdmin admin_;
  const bool is_shared_;  // other servers write to the store
  std::optional<keyring::PurgeSweeper> sweeper_;
  std::optional<keyring::RetirementWatch> watch_;
};

}  // namespace keyward

#endif  // KEYWARD_SERVER_KEY_OPERATIONS_H_
