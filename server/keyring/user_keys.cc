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

void UserKeys::Load(std::vector<Wanted> wanted) {
  const bool likely_new = guess_.LikelyNew();
  std::vector<std::string> to_find;
  std::vector<std::string> to_create;
  for (Wanted& each : wanted) {
    std::string user_id = each.user_id;
    const bool create = likely_new && each.if_missing == IfMissing::kCreate;
    if (Join(std::move(each))) (create ? to_create : to_find).push_back(std::move(user_id));
  }
  if (!to_find.empty()) Find(std::move(to_find));
  if (!to_create.empty()) Create(std::move(to_create), Sought::kNo);
}

bool UserKeys::Join(Wanted wanted) {
  std::optional<LoadedUser> cached;
  {
    sync::MutexLock lock(mutex_);
    // A load may have ended since the caller looked.
    cached = cache_.Get(wanted.user_id);
    if (!cached) {
      Waiters& waiters = loads_[std::move(wanted.user_id)];
      waiters.push_back({wanted.if_missing, std::move(wanted.done)});
      return waiters.size() == 1;
    }
  }
  wanted.done(Found{*std::move(cached), false});
  return false;
}

void UserKeys::Find(std::vector<std::string> user_ids) {
  std::vector<std::string> to_find = user_ids;
  store_.FindMany(std::move(to_find), [this, user_ids = std::move(user_ids)](auto found) {
    OnFound(user_ids, std::move(found));
  });
}

void UserKeys::OnFound(const std::vector<std::string>& user_ids,
                       std::vector<absl::StatusOr<store::UserKeys>> found) {
  std::vector<std::string> to_create;
  for (size_t i = 0; i < user_ids.size(); ++i) {
    if (found[i].ok()) {
      AnswerFound(user_ids[i], *found[i]);
    } else if (!absl::IsNotFound(found[i].status())) {
      AnswerAll(user_ids[i], found[i].status());
    } else if (OnMissing(user_ids[i], found[i].status())) {
      to_create.push_back(user_ids[i]);
    }
  }
  if (!to_create.empty()) Create(std::move(to_create), Sought::kYes);
}

void UserKeys::AnswerFound(const std::string& user_id, const store::UserKeys& found) {
  const LoadedUser user = LoadAndCache(found);
  for (Waiter& waiter : TakeAll(user_id)) {
    if (waiter.if_missing == IfMissing::kCreate) guess_.SawKnown();
    waiter.done(Found{user, false});
  }
}

bool UserKeys::OnMissing(const std::string& user_id, const absl::Status& not_found) {
  bool create = false;
  for (Waiter& waiter : TakeThoseWhoFail(user_id, create)) waiter.done(not_found);
  return create;
}

void UserKeys::Create(std::vector<std::string> user_ids, Sought sought) {
  std::vector<store::NewUser> users;
  users.reserve(user_ids.size());
  for (const std::string& user_id : user_ids) {
    const crypto::SecretBytes key(crypto::kKeyBytes,
                                  [&](absl::Span<uint8_t> out) { random_.Fill(out); });
    users.push_back({user_id, WrapKey(*keks_.current(), user_id, kFirstVersion, key, clock_.Now(),
                                      random_)});
  }
  store_.CreateMany(std::move(users), [this, sought, user_ids = std::move(user_ids)](auto created) {
    OnCreated(user_ids, sought, std::move(created));
  });
}

void UserKeys::OnCreated(const std::vector<std::string>& user_ids, Sought sought,
                         std::vector<absl::StatusOr<store::Created>> created) {
  std::vector<std::string> to_find;
  for (size_t i = 0; i < user_ids.size(); ++i) {
    if (created[i].ok()) {
      AnswerCreated(user_ids[i], *created[i]);
    } else if (sought == Sought::kNo && absl::IsUnavailable(created[i].status())) {
      to_find.push_back(user_ids[i]);
    } else {
      AnswerAll(user_ids[i], created[i].status());
    }
  }
  if (to_find.empty()) return;
  // A store that cannot be written to may still be read.
  guess_.SawFailure();
  Find(std::move(to_find));
}

void UserKeys::AnswerCreated(const std::string& user_id, const store::Created& created) {
  if (created.created) {
    guess_.SawNew();
  } else {
    guess_.SawKnown();
  }
  const LoadedUser user = LoadAndCache(created.keys);
  bool first = created.created;
  for (Waiter& waiter : TakeAll(user_id)) {
    const bool made_it = waiter.if_missing == IfMissing::kCreate && std::exchange(first, false);
    waiter.done(Found{user, made_it});
  }
}

LoadedUser UserKeys::LoadAndCache(const store::UserKeys& stored) {
  LoadedUser user = LoadUser(stored, keks_, shield_);
  // What could not be opened is looked at anew each time, so that a repair shows at once.
  if (user.complete()) cache_.Put(stored.user_id, user);
  return user;
}

void UserKeys::AnswerAll(const std::string& user_id, const absl::Status& error) {
  for (Waiter& waiter : TakeAll(user_id)) waiter.done(error);
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
