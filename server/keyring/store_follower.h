#ifndef KEYWARD_SERVER_KEYRING_STORE_FOLLOWER_H_
#define KEYWARD_SERVER_KEYRING_STORE_FOLLOWER_H_

#include <string>

#include "server/keyring/user_keys.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// Forgets the keys of users whom another process has changed in the store, as long as it lives.
// Both must outlive it.
class StoreFollower {
 public:
  StoreFollower(store::KeyStore& store, UserKeys& users) : store_(store) {
    store_.WatchChanges([&users](const store::KeyStore::Changes& changes) {
      if (changes.all) users.ForgetAll();
      for (const std::string& user_id : changes.user_ids) users.Forget(user_id);
    });
  }
  ~StoreFollower() { store_.WatchChanges(nullptr); }

  StoreFollower(const StoreFollower&) = delete;
  StoreFollower& operator=(const StoreFollower&) = delete;

 private:
  store::KeyStore& store_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_STORE_FOLLOWER_H_
