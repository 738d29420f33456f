#ifndef KEYWARD_SERVER_KEYRING_STORED_KEYS_CHECK_H_
#define KEYWARD_SERVER_KEYRING_STORED_KEYS_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/keyring/kek.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

enum class StoredFault {
  kWrapCorrupt,     // the wrapped key does not open: it was changed, or is another row's
  kKekNotLoaded,    // whether it would open cannot be said
  kMalformed,       // no row of ours: its version's number, format or sizes
  kUnknownState,    // a number that is no state
  kNoVersions,      // a user, who is not deleted or destroyed, without a key
  kPrimaryMissing,  // the version that the user names as the primary one is not there
};
inline constexpr size_t kStoredFaults = 6;

// Such as "KEK_NOT_LOADED". Names never change; the first two are those of the server's own errors.
std::string_view FaultName(StoredFault fault);

struct FoundFault {
  StoredFault fault;
  std::optional<uint32_t> version;  // nullopt: of the user as a whole
  std::string what;                 // for people; tells nothing of a key
};

// All that is wrong with what is stored of a user, the user as a whole first. Where nothing is, the
// server serves the user, or says that the user or the version is disabled, deleted or destroyed.
// Each key is unwrapped as the server does it, and wiped again.
std::vector<FoundFault> CheckStoredKeys(const MasterKeys& keks, const store::UserKeys& stored);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_STORED_KEYS_CHECK_H_
