#include "server/store/fake_key_store.h"

#include <algorithm>
#include <utility>

#include "server/errors/errors.h"
#include "server/store/user_change.h"

namespace keyward::store {

void FakeKeyStore::FindMany(std::vector<std::string> user_ids, FindManyCallback done) {
  thread_.Run([this, user_ids = std::move(user_ids), done = std::move(done)]() mutable {
    std::vector<absl::StatusOr<UserKeys>> found;
    for (const std::string& user_id : user_ids) found.push_back(Get(user_id));
    done(std::move(found));
  });
}

void FakeKeyStore::CreateMany(std::vector<NewUser> users, CreateManyCallback done) {
  thread_.Run([this, users = std::move(users), done = std::move(done)]() mutable {
    std::vector<absl::StatusOr<Created>> created;
    for (NewUser& user : users) created.push_back(CreateOrGet(std::move(user)));
    done(std::move(created));
  });
}

void FakeKeyStore::Page(std::string after, int limit, PageCallback done) {
  thread_.Run([this, after = std::move(after), limit, done = std::move(done)]() mutable {
    done(PageAfter(after, limit));
  });
}

void FakeKeyStore::UpdateMany(std::vector<std::string> user_ids, Change change,
                              UpdateManyCallback done) {
  thread_.Run([this, user_ids = std::move(user_ids), change = std::move(change),
               done = std::move(done)]() mutable {
    std::vector<absl::StatusOr<UserKeys>> updated;
    for (const std::string& user_id : user_ids) updated.push_back(UpdateOne(user_id, change));
    done(std::move(updated));
  });
}

void FakeKeyStore::FindDueForPurge(int64_t micros, int limit, IdsCallback done) {
  thread_.Run([this, micros, limit, done = std::move(done)]() mutable {
    done(DueForPurge(micros, limit));
  });
}

void FakeKeyStore::CountByKek(KekUseCallback done) {
  thread_.Run([this, done = std::move(done)]() mutable {
    std::vector<KekUse> use;
    {
      sync::MutexLock lock(mutex_);
      for (const auto& [kek_id, keys] : KeysByKek()) use.push_back({kek_id, keys});
    }
    done(std::move(use));
  });
}

void FakeKeyStore::RetireKek(std::string kek_id, int64_t micros, DoneCallback done) {
  thread_.Run([this, kek_id = std::move(kek_id), micros, done = std::move(done)]() mutable {
    absl::Status status;
    {
      sync::MutexLock lock(mutex_);
      if (KeysByKek().contains(kek_id)) {
        status = errors::KekInUse("keys are still wrapped under it");
      } else {
        retired_.try_emplace(kek_id, micros);
      }
    }
    done(status);
  });
}

void FakeKeyStore::ListRetiredKeks(RetiredKeksCallback done) {
  thread_.Run([this, done = std::move(done)]() mutable {
    std::vector<RetiredKek> retired;
    {
      sync::MutexLock lock(mutex_);
      for (const auto& [kek_id, micros] : retired_) retired.push_back({kek_id, micros});
    }
    done(std::move(retired));
  });
}

void FakeKeyStore::PutNote(std::string name, std::string text, DoneCallback done) {
  thread_.Run(
      [this, name = std::move(name), text = std::move(text), done = std::move(done)]() mutable {
        {
          sync::MutexLock lock(mutex_);
          notes_[name] = std::move(text);
        }
        done(absl::OkStatus());
      });
}

void FakeKeyStore::GetNote(std::string name, NoteCallback done) {
  thread_.Run([this, name = std::move(name), done = std::move(done)]() mutable {
    std::string text;
    {
      sync::MutexLock lock(mutex_);
      text = notes_[name];
    }
    done(std::move(text));
  });
}

void FakeKeyStore::Backup(std::string, DoneCallback done) {
  thread_.Run([done = std::move(done)]() mutable {
    done(absl::UnimplementedError("this store is in memory alone"));
  });
}

void FakeKeyStore::WatchChanges(ChangeListener listener) {
  sync::MutexLock lock(mutex_);
  listener_ = std::move(listener);
}

void FakeKeyStore::Tell(const Changes& changes) {
  ChangeListener listener;
  {
    sync::MutexLock lock(mutex_);
    listener = listener_;
  }
  if (listener != nullptr) listener(changes);
}

absl::StatusOr<UserKeys> FakeKeyStore::UpdateOne(const std::string& user_id, const Change& change) {
  sync::MutexLock lock(mutex_);
  const auto it = users_.find(user_id);
  if (it == users_.end()) return errors::UserKeyNotFound();
  absl::StatusOr<std::optional<UserKeys>> changed = ChangeUser(it->second, change);
  if (!changed.ok()) return changed.status();
  if (changed->has_value() && IsUnderRetiredKek(it->second, **changed)) {
    return errors::EncryptionDisabled();
  }
  if (changed->has_value()) it->second = **std::move(changed);
  return it->second;
}

std::vector<std::string> FakeKeyStore::DueForPurge(int64_t micros, int limit) const {
  std::vector<std::pair<int64_t, std::string>> due;
  {
    sync::MutexLock lock(mutex_);
    for (const auto& [user_id, user] : users_) {
      const bool is_due = user.state == UserState::kDeleted && user.purge_at_micros != 0 &&
                          user.purge_at_micros <= micros;
      if (is_due) due.emplace_back(user.purge_at_micros, user_id);
    }
  }
  std::sort(due.begin(), due.end());
  std::vector<std::string> ids;
  for (auto& [when, user_id] : due) {
    if (static_cast<int>(ids.size()) < limit) ids.push_back(std::move(user_id));
  }
  return ids;
}

std::map<std::string, int64_t> FakeKeyStore::KeysByKek() const {
  std::map<std::string, int64_t> keys;
  for (const auto& [user_id, user] : users_) {
    for (const KeyVersion& version : user.versions) {
      if (version.state != VersionState::kDestroyed) ++keys[version.kek_id];
    }
  }
  return keys;
}

absl::StatusOr<UserKeys> FakeKeyStore::Get(const std::string& user_id) const {
  sync::MutexLock lock(mutex_);
  const auto it = users_.find(user_id);
  if (it == users_.end()) return errors::UserKeyNotFound();
  return it->second;
}

bool FakeKeyStore::IsUnderRetiredKek(const UserKeys& now, const UserKeys& next) const {
  for (const KeyVersion& key : next.versions) {
    const KeyVersion* before = FindVersion(now, key.version);
    const bool as_before = before != nullptr && before->kek_id == key.kek_id;
    if (!as_before && retired_.contains(key.kek_id)) return true;
  }
  return false;
}

absl::StatusOr<Created> FakeKeyStore::CreateOrGet(NewUser user) {
  sync::MutexLock lock(mutex_);
  if (!users_.contains(user.user_id) && retired_.contains(user.key.kek_id)) {
    return errors::EncryptionDisabled();
  }
  const auto [it, inserted] = users_.try_emplace(user.user_id);
  if (inserted) {
    it->second.user_id = std::move(user.user_id);
    it->second.primary_version = user.key.version;
    it->second.versions.push_back(std::move(user.key));
  }
  return Created{it->second, inserted};
}

std::vector<UserKeys> FakeKeyStore::PageAfter(const std::string& after, int limit) const {
  std::vector<UserKeys> page;
  sync::MutexLock lock(mutex_);
  for (auto it = users_.upper_bound(after);
       it != users_.end() && static_cast<int>(page.size()) < limit; ++it) {
    page.push_back(it->second);
  }
  return page;
}

void FakeKeyStore::Put(UserKeys keys) {
  sync::MutexLock lock(mutex_);
  std::string user_id = keys.user_id;
  users_.insert_or_assign(std::move(user_id), std::move(keys));
}

int FakeKeyStore::size() const {
  sync::MutexLock lock(mutex_);
  return static_cast<int>(users_.size());
}

}  // namespace keyward::store
