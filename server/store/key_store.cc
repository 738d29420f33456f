#include "server/store/key_store.h"

#include <utility>

namespace keyward::store {

void KeyStore::Find(std::string user_id, FindCallback done) {
  std::vector<std::string> user_ids;
  user_ids.push_back(std::move(user_id));
  FindMany(std::move(user_ids),
           [done = std::move(done)](auto found) mutable { done(std::move(found.front())); });
}

void KeyStore::Create(std::string user_id, KeyVersion key, CreateCallback done) {
  std::vector<NewUser> users;
  users.push_back({std::move(user_id), std::move(key)});
  CreateMany(std::move(users),
             [done = std::move(done)](auto created) mutable { done(std::move(created.front())); });
}

void KeyStore::FindAsStored(std::string user_id, FindCallback done) {
  Find(std::move(user_id), std::move(done));
}

void KeyStore::PageAsStored(std::string after, int limit, PageCallback done) {
  Page(std::move(after), limit, std::move(done));
}

void KeyStore::WatchChanges(ChangeListener) {}

void KeyStore::Update(std::string user_id, Change change, UpdateCallback done) {
  std::vector<std::string> user_ids;
  user_ids.push_back(std::move(user_id));
  UpdateMany(std::move(user_ids), std::move(change),
             [done = std::move(done)](auto updated) mutable { done(std::move(updated.front())); });
}

}  // namespace keyward::store
