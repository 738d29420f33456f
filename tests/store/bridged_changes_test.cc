// Changes to users while the Python module shares them: what becomes of its rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "server/errors/errors.h"
#include "tests/store/bridge_fixture.h"
#include "tests/store/user_changes.h"

namespace keyward::store {
namespace {

using namespace ::keyward::testing;  // NOLINT(build/namespaces): calls and changes, all of them
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Call = FaultyKeyStore::Call;

class BridgedChangesTest : public BridgeFixture {
 protected:
  std::string RowOf(const std::string& user_id) { return LegacyKeyOf(user_id); }
  std::string BytesOfLegacyFiles() {
    std::string bytes;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    return bytes;
  }
};

TEST_F(BridgedChangesTest, WhoIsOnlyInTheLegacyFileIsImportedFirst) {
  Start();
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  const auto updated = Update(*bridge_, "alice", Disabling());
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->versions[0].wrapped_key, StoredKey('p').wrapped_key);
  EXPECT_EQ(Find(*fake_, "alice")->state, UserState::kDisabled);
  EXPECT_EQ(RowOf("alice"), LegacyKey("alice", 'p').encrypted_key) << "who is disabled keeps it";
}

TEST_F(BridgedChangesTest, ARowThatNoKeyOpensIsSaidToBeCorrupt) {
  LegacyRow broken = LegacyKey("alice", 'p');
  broken.encrypted_key[0] ^= 1;
  python_.InsertLegacy(broken);
  Start();
  EXPECT_EQ(errors::Reason(Update(*bridge_, "alice", Destroying()).status()), "STORED_KEY_CORRUPT");
  EXPECT_EQ(errors::Reason(Update(*bridge_, "nobody", Destroying()).status()),
            "USER_KEY_NOT_FOUND");
}

TEST_F(BridgedChangesTest, DeletionTakesTheRowAndUndeletionPutsItBack) {
  Start({UserWith("alice", 'a'), UserWith("bob", 'b')});
  ASSERT_EQ(RowOf("alice"), LegacyKey("alice", 'a').encrypted_key);
  ASSERT_TRUE(Update(*bridge_, "alice", Deleting(1)).ok());
  EXPECT_EQ(RowOf("alice"), "");
  EXPECT_EQ(RowOf("bob"), LegacyKey("bob", 'b').encrypted_key);
  ASSERT_TRUE(Update(*bridge_, "alice", Undeleting()).ok());
  EXPECT_EQ(RowOf("alice"), LegacyKey("alice", 'a').encrypted_key);
}

TEST_F(BridgedChangesTest, ADestroyedUsersRowIsInNoFileOnceTheCallerIsAnswered) {
  for (const char* mode : {"delete", "wal"}) {
    python_.Run(std::string("PRAGMA journal_mode=") + mode);
    python_.InsertLegacy(LegacyKey("alice", 'p'));
    python_.InsertLegacy(LegacyKey("bob", 'q'));
    Start();
    ASSERT_NE(BytesOfLegacyFiles().find(DataKey('p')), std::string::npos);
    ASSERT_TRUE(Update(*bridge_, "alice", Destroying()).ok());
    EXPECT_EQ(BytesOfLegacyFiles().find(DataKey('p')), std::string::npos) << mode;
    EXPECT_NE(BytesOfLegacyFiles().find(DataKey('q')), std::string::npos) << mode;
    bridge_.reset();
  }
}

TEST_F(BridgedChangesTest, TheStoreComesFirst) {
  Start({UserWith("alice", 'a')});
  inner_->Hold(Call::kUpdate);
  const Answer<UserKeys> answer = StartUpdate(*bridge_, "alice", Destroying());
  inner_->WaitForHeld(Call::kUpdate, 1);
  EXPECT_NE(RowOf("alice"), "");
  inner_->Release(Call::kUpdate);
  EXPECT_TRUE(answer.Wait().ok());
  EXPECT_EQ(RowOf("alice"), "");
}

TEST_F(BridgedChangesTest, AnUpdateThatFailsLeavesTheRow) {
  Start({UserWith("alice", 'a')});
  inner_->Fail(Call::kUpdate, errors::StoreUnavailable("full"));
  EXPECT_FALSE(Update(*bridge_, "alice", Destroying()).ok());
  EXPECT_EQ(RowOf("alice"), LegacyKey("alice", 'a').encrypted_key);
}

TEST_F(BridgedChangesTest, WhileTheModuleHoldsItsFileTheCallerIsToldAndAskingAgainTakesTheRow) {
  Start({UserWith("alice", 'a')});
  python_.Run("BEGIN EXCLUSIVE");
  EXPECT_EQ(errors::Reason(Update(*bridge_, "alice", Destroying()).status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(Find(*fake_, "alice")->state, UserState::kDestroyed) << "the change stands";
  python_.Run("ROLLBACK");
  EXPECT_NE(RowOf("alice"), "");
  EXPECT_TRUE(Update(*bridge_, "alice", Destroying()).ok());
  EXPECT_EQ(RowOf("alice"), "");
}

TEST_F(BridgedChangesTest, ARowThatACrashLeftBehindGoesAtTheNextStart) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  python_.InsertLegacy(LegacyKey("bob", 'q'));
  Start({UserWith("alice", 'p', UserState::kDestroyed), UserWith("bob", 'q')});
  EXPECT_EQ(bridge_->report().removed, 1);
  EXPECT_EQ(bridge_->report().already_there, 1);
  EXPECT_THAT(python_.Query("SELECT user_id FROM encryption_keys"), ElementsAre("bob"));
}

// The user was neither here nor there when the creation looked, and is destroyed before it mints.
TEST_F(BridgedChangesTest, ARowThatIsMadeForATombstoneIsTakenBack) {
  Start();
  inner_->Hold(Call::kCreate);
  const Answer<Created> created = StartCreate(*bridge_, "alice", StoredKey('k'));
  inner_->WaitForHeld(Call::kCreate, 1);
  UserKeys tombstone = UserWith("alice", 'k', UserState::kDestroyed);
  tombstone.versions.clear();
  fake_->Put(tombstone);
  inner_->Release(Call::kCreate);
  EXPECT_FALSE(created.Wait()->created);
  bridge_.reset();  // answers all that is under way
  EXPECT_THAT(python_.Query("SELECT user_id FROM encryption_keys"), IsEmpty());
}

}  // namespace
}  // namespace keyward::store
