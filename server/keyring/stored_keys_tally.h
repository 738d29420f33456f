#ifndef KEYWARD_SERVER_KEYRING_STORED_KEYS_TALLY_H_
#define KEYWARD_SERVER_KEYRING_STORED_KEYS_TALLY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "server/keyring/kek.h"
#include "server/keyring/stored_keys_check.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// What CheckStoredKeys finds, summed up over many users.
class StoredKeysTally {
 public:
  static constexpr size_t kNamedUsers = 10;

  struct OfFault {
    uint64_t count = 0;
    std::vector<std::string> user_ids;  // the first kNamedUsers
  };

  void Add(const MasterKeys& keks, const store::UserKeys& user);

  uint64_t users() const { return users_; }
  // Versions that were unwrapped.
  uint64_t keys() const { return keys_; }
  const OfFault& of(StoredFault fault) const { return faults_[static_cast<size_t>(fault)]; }

 private:
  uint64_t users_ = 0;
  uint64_t keys_ = 0;
  std::array<OfFault, kStoredFaults> faults_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_STORED_KEYS_TALLY_H_
