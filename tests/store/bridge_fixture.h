#ifndef KEYWARD_TESTS_STORE_BRIDGE_FIXTURE_H_
#define KEYWARD_TESTS_STORE_BRIDGE_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/bridged_key_store.h"
#include "server/store/fake_key_store.h"
#include "server/store/faulty_key_store.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/raw_sqlite.h"
#include "tests/testing/store_calls.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {

inline UserKeys UserWith(const std::string& user_id, char fill,
                         UserState state = UserState::kActive) {
  return {.user_id = user_id,
          .primary_version = 1,
          .state = state,
          .versions = {testing::StoredKey(fill)}};
}

class BridgeFixture : public ::testing::Test {
 protected:
  BridgeFixture() { python_.MakeLegacyTable(); }

  // A start of the server: the bridge over a new fake store with these users in it, on the legacy
  // file as it is now.
  void Start(const std::vector<UserKeys>& users = {}) {
    auto fake = std::make_unique<FakeKeyStore>();
    fake_ = fake.get();
    for (const UserKeys& user : users) fake->Put(user);
    auto faulty = std::make_unique<FaultyKeyStore>(std::move(fake));
    inner_ = faulty.get();
    bridge_.reset();
    auto bridge =
        BridgedKeyStore::Open({.path = path_, .busy_timeout = absl::ZeroDuration()},
                              std::move(faulty), std::make_unique<testing::PlainTranscoder>());
    ASSERT_TRUE(bridge.ok()) << bridge.status();
    bridge_ = *std::move(bridge);
  }

  std::string LegacyKeyOf(const std::string& user_id) {
    const std::vector<std::string> rows = python_.Query(
        absl::StrCat("SELECT encrypted_key FROM encryption_keys WHERE user_id = '", user_id, "'"));
    return rows.empty() ? "" : rows.front();
  }
  std::string StoredKeyOf(const std::string& user_id) {
    const absl::StatusOr<UserKeys> found = testing::Find(*bridge_, user_id);
    return found.ok() ? found->versions.at(0).wrapped_key : found.status().ToString();
  }

  const testing::TemporaryFolder folder_;
  const std::string path_ = folder_.File("legacy.db");
  testing::RawSqlite python_{path_};
  FakeKeyStore* fake_ = nullptr;
  FaultyKeyStore* inner_ = nullptr;
  std::unique_ptr<BridgedKeyStore> bridge_;
};

}  // namespace keyward::store

#endif  // KEYWARD_TESTS_STORE_BRIDGE_FIXTURE_H_
