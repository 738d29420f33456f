#include "server/keyring/loaded_user.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "server/keyring/key_wrap.h"

namespace keyward::keyring {
namespace {

LoadedVersion LoadVersion(std::string_view user_id, const store::KeyVersion& stored,
                          const MasterKeys& keks, KeyShield& shield) {
  LoadedVersion loaded{.version = stored.version,
                       .state = stored.state,
                       .created_at_micros = stored.created_at_micros,
                       .problem = absl::OkStatus(),
                       .key = std::nullopt};
  if (stored.state == store::VersionState::kDestroyed) return loaded;
  const auto key = UnwrapKey(keks, user_id, stored);
  if (key.ok()) {
    loaded.key = shield.Shield(*key);
  } else {
    loaded.problem = key.status();
  }
  return loaded;
}

}  // namespace

const LoadedVersion* LoadedUser::Find(uint32_t version) const {
  const auto found = std::find_if(versions.begin(), versions.end(), [&](const LoadedVersion& each) {
    return each.version == version;
  });
  return found == versions.end() ? nullptr : &*found;
}

bool LoadedUser::complete() const {
  return std::all_of(versions.begin(), versions.end(),
                     [](const LoadedVersion& each) { return each.problem.ok(); });
}

LoadedUser LoadUser(const store::UserKeys& stored, const MasterKeys& keks, KeyShield& shield) {
  LoadedUser user;
  user.state = stored.state;
  user.primary_version = stored.primary_version;
  user.min_version = stored.min_version;
  user.versions.reserve(stored.versions.size());
  for (const store::KeyVersion& version : stored.versions) {
    user.versions.push_back(LoadVersion(stored.user_id, version, keks, shield));
  }
  return user;
}

}  // namespace keyward::keyring
