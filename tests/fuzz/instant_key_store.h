#ifndef KEYWARD_TESTS_FUZZ_INSTANT_KEY_STORE_H_
#define KEYWARD_TESTS_FUZZ_INSTANT_KEY_STORE_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/errors/errors.h"
#include "server/store/key_store.h"

namespace keyward::store {

// A KeyStore in memory that answers on the caller's thread, so that an input does the same each
// time it runs. It takes whatever rows it is given.
class InstantKeyStore : public KeyStore {
 public:
  void Put(UserKeys keys) {
    std::string user_id = keys.user_id;
    users_.insert_or_assign(std::move(user_id), std::move(keys));
  }
  const std::map<std::string, UserKeys>& users() const { return users_; }

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override {
    std::vector<absl::StatusOr<UserKeys>> found;
    for (const std::string& user_id : user_ids) {
      const auto user = users_.find(user_id);
      if (user == users_.end()) {
        found.push_back(errors::UserKeyNotFound());
      } else {
        found.push_back(user->second);
      }
    }
    done(std::move(found));
  }

  void CreateMany(std::vector<NewUser> users, CreateManyCallback done) override {
    std::vector<absl::StatusOr<Created>> created;
    for (NewUser& user : users) {
      const auto [place, inserted] = users_.try_emplace(user.user_id);
      if (inserted) {
        place->second.user_id = std::move(user.user_id);
        place->second.primary_version = user.key.version;
        place->second.versions.push_back(std::move(user.key));
      }
      created.push_back(Created{place->second, inserted});
    }
    done(std::move(created));
  }

  void Page(std::string after, int limit, PageCallback done) override {
    std::vector<UserKeys> page;
    for (auto user = users_.upper_bound(after);
         user != users_.end() && static_cast<int>(page.size()) < limit; ++user) {
      page.push_back(user->second);
    }
    done(std::move(page));
  }

  // No input reaches these.
  void UpdateMany(std::vector<std::string> user_ids, Change, UpdateManyCallback done) override {
    done(std::vector<absl::StatusOr<UserKeys>>(user_ids.size(), Unused()));
  }
  void FindDueForPurge(int64_t, int, IdsCallback done) override { done(Unused()); }
  void CountByKek(KekUseCallback done) override { done(Unused()); }
  void RetireKek(std::string, int64_t, DoneCallback done) override { done(Unused()); }
  void ListRetiredKeks(RetiredKeksCallback done) override { done(Unused()); }
  void PutNote(std::string, std::string, DoneCallback done) override { done(Unused()); }
  void GetNote(std::string, NoteCallback done) override { done(Unused()); }
  void Backup(std::string, DoneCallback done) override { done(Unused()); }

  std::string_view Kind() const override { return "instant"; }

 private:
  static absl::Status Unused() { return absl::UnimplementedError("not in this store"); }

  std::map<std::string, UserKeys> users_;
};

}  // namespace keyward::store

#endif  // KEYWARD_TESTS_FUZZ_INSTANT_KEY_STORE_H_
