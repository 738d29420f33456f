#ifndef KEYWARD_SERVER_KEYRING_KEY_LIST_H_
#define KEYWARD_SERVER_KEYRING_KEY_LIST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

struct KeyPage {
  std::vector<store::UserKeys> users;  // may be none, though more follow
  std::string next_page_token;         // empty: there are no more
};

// Lists users in the byte order of their ids, page by page. Thread-safe. A server makes one with
// its store.
class KeyList {
 public:
  static constexpr uint32_t kDefaultPageSize = 100;
  static constexpr uint32_t kMaxPageSize = 1000;
  // Users that one call looks at, however few of them match.
  static constexpr int kMaxLooked = 20'000;

  using Callback = absl::AnyInvocable<void(absl::StatusOr<KeyPage>)>;

  // Must outlive it, and every call must have been answered before it ends.
  explicit KeyList(store::KeyStore& store) : store_(store) {}

  // `page_size` 0: kDefaultPageSize; more than kMaxPageSize counts as that. `filter`: see
  // ParseKeyListFilter; `page_token`: of the page before with the same filter, empty for the first.
  // `done` is called once, on a thread of the store, or on this one with errors::InvalidRequest.
  void List(uint32_t page_size, const std::string& page_token, std::string filter, Callback done);

 private:
  struct Listing;
  // The user whose id begins the prefix is none that comes after it.
  void StartAt(std::unique_ptr<Listing> listing);
  // As users with damaged rows are listed in a page: without their impossible versions.
  void StartAtDamaged(std::unique_ptr<Listing> listing);
  void GoOn(std::unique_ptr<Listing> listing, absl::StatusOr<store::UserKeys> found);
  void Continue(std::unique_ptr<Listing> listing);

  store::KeyStore& store_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_LIST_H_
