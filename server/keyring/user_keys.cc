#include "server/keyring/user_keys.h"

#include <utility>

#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"

namespace keyward::keyring {
namespace {

constexpr uint32_t kFirstVersion = 1;

}  // namespace

UserKeys::UserKeys(const MasterKeys& keks, store::KeyStore& store, KeyCache& cache,
                   KeyShield& shield, const Clock& clock, crypto::Random& random, Observer observer)
    : keks_(keks),
      store_(store),
      cache_(cache),
      shield_(shield),
      clock_(clock),
      random_(random),
      observer_(std::move(observer)) {}

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

void UserKeys::LoadOne(Wanted wanted) {
  std::vector<Wanted> one;
  one.push_back(std::move(wanted));
  Load(std::move(one));
}

bool UserKeys::Join(Wanted wanted) {
  std::optional<LoadedUser> cached;
  {
    sync::MutexLock lock(mutex_);
    // A load may have ended since the caller looked.
    cached = cache_.Get(wanted.user_id);
    if (!cached) {
      UnderWay& load = loads_[std::move(wanted.user_id)];
      load.waiters.push_back({wanted.if_missing, std::move(wanted.done)});
      const bool begins = load.waiters.size() == 1;
      if (begins) load.began = clock_.Monotonic();
      return begins;
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
  std::vector<std::string> to_find;
  for (size_t i = 0; i < user_ids.size(); ++i) {
    Next next = Next::kNothing;
    if (found[i].ok()) {
      if (!Answer(user_ids[i], *found[i], /*created=*/false)) next = Next::kFind;
    } else if (absl::IsNotFound(found[i].status())) {
      next = OnMissing(user_ids[i], found[i].status());
    } else {
      AnswerAll(user_ids[i], found[i].status());
    }
    if (next == Next::kCreate) to_create.push_back(user_ids[i]);
    if (next == Next::kFind) to_find.push_back(user_ids[i]);
  }
  if (!to_find.empty()) Find(std::move(to_find));
  if (!to_create.empty()) Create(std::move(to_create), Sought::kYes);
}

bool UserKeys::Answer(const std::string& user_id, const store::UserKeys& stored, bool created) {
  const LoadedUser user = LoadUser(stored, keks_, shield_);
  auto load = CacheAndTakeAll(user_id, user, created);
  if (!load) return false;
  observer_(stored);
  if (load->created) guess_.SawNew();
  bool first = load->created;
  for (Waiter& waiter : load->waiters) {
    const bool wants_one = waiter.if_missing == IfMissing::kCreate;
    if (wants_one && !load->created) guess_.SawKnown();
    waiter.done(Found{user, wants_one && std::exchange(first, false)});
  }
  return true;
}

UserKeys::Next UserKeys::OnMissing(const std::string& user_id, const absl::Status& not_found) {
  Next next = Next::kNothing;
  for (Waiter& waiter : TakeThoseWhoFail(user_id, next)) waiter.done(not_found);
  return next;
}

void UserKeys::Create(std::vector<std::string> user_ids, Sought sought) {
  std::vector<store::NewUser> users;
  users.reserve(user_ids.size());
  for (const std::string& user_id : user_ids) {
    users.push_back(
        {user_id, WrapNewKey(*keks_.current(), user_id, kFirstVersion, clock_.Now(), random_)});
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
      if (!Answer(user_ids[i], created[i]->keys, created[i]->created)) {
        to_find.push_back(user_ids[i]);
      }
    } else if (sought == Sought::kNo && absl::IsUnavailable(created[i].status())) {
      // A store that cannot be written to may still be read.
      guess_.SawFailure();
      to_find.push_back(user_ids[i]);
    } else {
      AnswerAll(user_ids[i], created[i].status());
    }
  }
  if (!to_find.empty()) Find(std::move(to_find));
}

void UserKeys::Forget(const std::string& user_id) {
  sync::MutexLock lock(mutex_);
  cache_.Drop(user_id);
  if (const auto load = loads_.find(user_id); load != loads_.end()) load->second.outdated = true;
}

void UserKeys::ForgetAll() {
  sync::MutexLock lock(mutex_);
  cache_.DropAll();
  for (auto& [user_id, load] : loads_) load.outdated = true;
}

void UserKeys::AnswerAll(const std::string& user_id, const absl::Status& error) {
  for (Waiter& waiter : TakeAll(user_id).waiters) waiter.done(error);
}

UserKeys::UnderWay UserKeys::TakeAll(const std::string& user_id) {
  sync::MutexLock lock(mutex_);
  auto load = loads_.extract(user_id);
  return std::move(load.mapped());
}

std::optional<UserKeys::UnderWay> UserKeys::CacheAndTakeAll(const std::string& user_id,
                                                            const LoadedUser& user, bool created) {
  sync::MutexLock lock(mutex_);
  const auto load = loads_.find(user_id);
  load->second.created |= created;
  if (std::exchange(load->second.outdated, false)) return std::nullopt;
  // What could not be opened is looked at anew each time, so that a repair shows at once.
  if (user.complete()) cache_.Put(user_id, user, load->second.began);
  return std::move(loads_.extract(load).mapped());
}

UserKeys::Waiters UserKeys::TakeThoseWhoFail(const std::string& user_id, Next& next) {
  sync::MutexLock lock(mutex_);
  const auto load = loads_.find(user_id);
  if (std::exchange(load->second.outdated, false)) {
    next = Next::kFind;
    return {};
  }
  Waiters failing;
  Waiters creating;
  for (Waiter& waiter : load->second.waiters) {
    (waiter.if_missing == IfMissing::kFail ? failing : creating).push_back(std::move(waiter));
  }
  if (creating.empty()) {
    loads_.erase(load);
  } else {
    next = Next::kCreate;
    load->second.waiters = std::move(creating);
  }
  return failing;
}

}  // namespace keyward::keyring
