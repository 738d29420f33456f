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

// Until each store has its own.
namespace {
absl::Status NotYet() { return absl::UnimplementedError("this store cannot do that yet"); }
}  // namespace

void KeyStore::UpdateMany(std::vector<std::string> user_ids, Change, UpdateManyCallback done) {
  done(std::vector<absl::StatusOr<UserKeys>>(user_ids.size(), NotYet()));
}
void KeyStore::FindDueForPurge(int64_t, int, IdsCallback done) { done(NotYet()); }
void KeyStore::CountByKek(KekUseCallback done) { done(NotYet()); }
void KeyStore::RetireKek(std::string, int64_t, DoneCallback done) { done(NotYet()); }
void KeyStore::ListRetiredKeks(RetiredKeksCallback done) { done(NotYet()); }
void KeyStore::PutNote(std::string, std::string, DoneCallback done) { done(NotYet()); }
void KeyStore::GetNote(std::string, NoteCallback done) { done(NotYet()); }
void KeyStore::Backup(std::string, DoneCallback done) { done(NotYet()); }

void KeyStore::Update(std::string user_id, Change change, UpdateCallback done) {
  std::vector<std::string> user_ids;
  user_ids.push_back(std::move(user_id));
  UpdateMany(std::move(user_ids), std::move(change),
             [done = std::move(done)](auto updated) mutable { done(std::move(updated.front())); });
}

}  // namespace keyward::store
