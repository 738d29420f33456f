#include "server/store/fake_key_store.h"

#include <utility>

#include "server/errors/errors.h"

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

absl::StatusOr<UserKeys> FakeKeyStore::Get(const std::string& user_id) const {
  sync::MutexLock lock(mutex_);
  const auto it = users_.find(user_id);
  if (it == users_.end()) return errors::UserKeyNotFound();
  return it->second;
}

Created FakeKeyStore::CreateOrGet(NewUser user) {
  sync::MutexLock lock(mutex_);
  const auto [it, inserted] = users_.try_emplace(user.user_id);
  if (inserted) {
    it->second.user_id = std::move(user.user_id);
    it->second.primary_version = user.key.version;
    it->second.versions.push_back(std::move(user.key));
  }
  return {it->second, inserted};
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
