#include "server/keyring/user_keys.h"

#include <utility>

#include "server/crypto/aead.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"

namespace keyward::keyring {
namespace {

constexpr uint32_t kFirstVersion = 1;

}  // namespace

UserKeys::UserKeys(const MasterKeys& keks, store::KeyStore& store, KeyCache& cache,
                   KeyShield& shield, const Clock& clock, crypto::Random& random)
    : keks_(keks),
      store_(store),
      cache_(cache),
      shield_(shield),
      clock_(clock),
      random_(random) {}

void UserKeys::Get(std::string_view user_id, IfMissing if_missing, Callback done) {
  LoadedUserPtr cached = cache_.Get(user_id);
  std::string id;
  bool starts_load = false;
  if (!cached) {
    id = user_id;
    sync::MutexLock lock(mutex_);
    // Again, since a load may have ended between the two looks.
    cached = cache_.Get(user_id);
    if (!cached) {
      Waiters& waiters = loads_[id];
      starts_load = waiters.empty();
      waiters.push_back({if_missing, std::move(done)});
    }
  }
  if (cached) {
    done(Found{std::move(cached), false});
  } else if (starts_load) {
    store_.Find(id, [this, id](absl::StatusOr<store::UserKeys> found) {
      OnFound(id, std::move(found));
    });
  }
}

void UserKeys::OnFound(const std::string& user_id, absl::StatusOr<store::UserKeys> found) {
  if (absl::IsNotFound(found.status())) return OnMissing(user_id, found.status());
  if (!found.ok()) {
    for (Waiter& waiter : TakeAll(user_id)) waiter.done(found.status());
    return;
  }
  const LoadedUserPtr user = Load(*found);
  for (Waiter& waiter : TakeAll(user_id)) waiter.done(Found{user, false});
}

void UserKeys::OnMissing(const std::string& user_id, const absl::Status& not_found) {
  bool create = false;
  Waiters failed = TakeThoseWhoFail(user_id, create);
  if (create) {
    const crypto::SecretBytes key(crypto::kKeyBytes,
                                  [&](absl::Span<uint8_t> out) { random_.Fill(out); });
    store_.Create(
        user_id,
        WrapKey(*keks_.current(), user_id, kFirstVersion, key, clock_.Now(), random_),
        [this, user_id](absl::StatusOr<store::Created> created) {
          OnCreated(user_id, std::move(created));
        });
  }
  for (Waiter& waiter : failed) waiter.done(not_found);
}

void UserKeys::OnCreated(const std::string& user_id, absl::StatusOr<store::Created> created) {
  if (!created.ok()) {
    for (Waiter& waiter : TakeAll(user_id)) waiter.done(created.status());
    return;
  }
  const LoadedUserPtr user = Load(created->keys);
  bool first = created->created;
  for (Waiter& waiter : TakeAll(user_id)) {
    const bool made_it = waiter.if_missing == IfMissing::kCreate && std::exchange(first, false);
    waiter.done(Found{user, made_it});
  }
}

LoadedUserPtr UserKeys::Load(const store::UserKeys& stored) {
  LoadedUserPtr user = LoadUser(stored, keks_, shield_);
  // What could not be opened is looked at anew each time, so that a repair shows at once.
  if (user->complete()) cache_.Put(stored.user_id, user);
  return user;
}

UserKeys::Waiters UserKeys::TakeAll(const std::string& user_id) {
  sync::MutexLock lock(mutex_);
  auto load = loads_.extract(user_id);
  return std::move(load.mapped());
}

UserKeys::Waiters UserKeys::TakeThoseWhoFail(const std::string& user_id, bool& others_left) {
  sync::MutexLock lock(mutex_);
  const auto load = loads_.find(user_id);
  Waiters failing;
  Waiters creating;
  for (Waiter& waiter : load->second) {
    (waiter.if_missing == IfMissing::kFail ? failing : creating).push_back(std::move(waiter));
  }
  others_left = !creating.empty();
  if (others_left) {
    load->second = std::move(creating);
  } else {
    loads_.erase(load);
  }
  return failing;
}

}  // namespace keyward::keyring
