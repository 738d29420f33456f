#include "server/store/fake_key_store.h"

#include <utility>
#include <vector>

#include "server/errors/errors.h"

namespace keyward::store {

void FakeKeyStore::Find(std::string user_id, FindCallback done) {
  thread_.Run([this, user_id = std::move(user_id), done = std::move(done)]() mutable {
    absl::StatusOr<UserKeys> found = errors::UserKeyNotFound();
    {
      sync::MutexLock lock(mutex_);
      if (const auto it = users_.find(user_id); it != users_.end()) found = it->second;
    }
    done(std::move(found));
  });
}

void FakeKeyStore::Create(std::string user_id, KeyVersion key, CreateCallback done) {
  thread_.Run(
      [this, user_id = std::move(user_id), key = std::move(key), done = std::move(done)]() mutable {
        Created result;
        result.keys = CreateOrGet(user_id, std::move(key), result.created);
        done(std::move(result));
      });
}

void FakeKeyStore::Page(std::string after, int limit, PageCallback done) {
  thread_.Run([this, after = std::move(after), limit, done = std::move(done)]() mutable {
    done(PageAfter(after, limit));
  });
}

UserKeys FakeKeyStore::CreateOrGet(const std::string& user_id, KeyVersion key, bool& created) {
  sync::MutexLock lock(mutex_);
  const auto [it, inserted] = users_.try_emplace(user_id);
  created = inserted;
  if (inserted) {
    it->second.user_id = user_id;
    it->second.primary_version = key.version;
    it->second.versions.push_back(std::move(key));
  }
  return it->second;
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
