#include "server/keyring/stored_keys_tally.h"

namespace keyward::keyring {

void StoredKeysTally::Add(const MasterKeys& keks, const store::UserKeys& user) {
  ++users_;
  for (const store::KeyVersion& version : user.versions) {
    keys_ += version.state != store::VersionState::kDestroyed;
  }
  for (const FoundFault& found : CheckStoredKeys(keks, user)) {
    OfFault& fault = faults_[static_cast<size_t>(found.fault)];
    ++fault.count;
    const bool named = !fault.user_ids.empty() && fault.user_ids.back() == user.user_id;
    if (!named && fault.user_ids.size() < kNamedUsers) fault.user_ids.push_back(user.user_id);
  }
}

}  // namespace keyward::keyring
