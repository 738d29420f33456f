// What a start of the bridge does to the store and to the legacy file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "tests/store/bridge_fixture.h"

namespace keyward::store {
namespace {

using ::keyward::testing::Create;
using ::keyward::testing::Find;
using ::keyward::testing::LegacyKey;
using ::keyward::testing::StoredKey;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Call = FaultyKeyStore::Call;

using LegacySyncTest = BridgeFixture;

TEST_F(LegacySyncTest, ImportsTheLegacyUsersAtTheStart) {
  constexpr int kUsers = 1203;  // more than two pages
  python_.Run("BEGIN");
  for (int i = 0; i < kUsers; ++i) python_.InsertLegacy(LegacyKey(absl::StrCat("user-", i), 'p'));
  python_.Run("COMMIT");
  Start();
  EXPECT_EQ(bridge_->report().imported, kUsers);
  EXPECT_EQ(bridge_->report().exported, 0);
  EXPECT_EQ(fake_->size(), kUsers);
  EXPECT_EQ(StoredKeyOf("user-1202"), StoredKey('p').wrapped_key);
}

TEST_F(LegacySyncTest, ASecondStartImportsNothingAnew) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  Start({UserWith("alice", 'p')});
  EXPECT_EQ(bridge_->report().imported, 0);
  EXPECT_EQ(bridge_->report().already_there, 1);
  EXPECT_EQ(inner_->Count(Call::kCreate), 0);
}

TEST_F(LegacySyncTest, ARowThatNoKeyOpensStaysAndAnswersStoredKeyCorrupt) {
  LegacyRow broken = LegacyKey("alice", 'p');
  broken.encrypted_key[0] ^= 1;
  python_.InsertLegacy(broken);
  python_.InsertLegacy({"short", "x", "2024-01-01T00:00:00+00:00"});
  python_.InsertLegacy(LegacyKey("bob", 'p'));
  Start();
  EXPECT_EQ(bridge_->report().imported, 1);
  EXPECT_EQ(bridge_->report().unreadable.count, 2);
  EXPECT_THAT(bridge_->report().unreadable.first, ElementsAre("alice", "short"));
  for (const char* user : {"alice", "short"}) {
    EXPECT_EQ(errors::Reason(Find(*bridge_, user).status()), "STORED_KEY_CORRUPT");
    EXPECT_EQ(errors::Reason(Create(*bridge_, user, StoredKey('k')).status()),
              "STORED_KEY_CORRUPT");
  }
  EXPECT_EQ(LegacyKeyOf("alice"), broken.encrypted_key);
  EXPECT_EQ(LegacyKeyOf("short"), "x");
  EXPECT_EQ(fake_->size(), 1);
}

TEST_F(LegacySyncTest, TwoDifferentKeysAreReportedAndBothLeft) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  Start({UserWith("alice", 'k')});
  EXPECT_THAT(bridge_->report().conflicting.first, ElementsAre("alice"));
  EXPECT_EQ(bridge_->report().already_there, 0);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'p').encrypted_key);
  EXPECT_EQ(StoredKeyOf("alice"), StoredKey('k').wrapped_key);
}

TEST_F(LegacySyncTest, OnlyTheFirstOfManyConflictsAreNamed) {
  std::vector<UserKeys> users;
  for (int i = 0; i < 30; ++i) {
    python_.InsertLegacy(LegacyKey(absl::StrCat("user-", i), 'p'));
    users.push_back(UserWith(absl::StrCat("user-", i), 'k'));
  }
  Start(users);
  EXPECT_EQ(bridge_->report().conflicting.count, 30);
  EXPECT_THAT(bridge_->report().conflicting.first, SizeIs(10));
}

TEST_F(LegacySyncTest, ActiveUsersWhomTheLegacyFileLacksAreExportedAtTheStart) {
  python_.InsertLegacy(LegacyKey("both", 'p'));
  Start({UserWith("alice", 'k'), UserWith("both", 'p'),
         UserWith("disabled", 'k', UserState::kDisabled),
         UserWith("gone", 'k', UserState::kDestroyed), UserWith("zoe", 'z')});
  EXPECT_EQ(bridge_->report().exported, 2);
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'k').encrypted_key);
  EXPECT_EQ(LegacyKeyOf("zoe"), LegacyKey("zoe", 'z').encrypted_key);
  EXPECT_THAT(python_.Query("SELECT user_id FROM encryption_keys ORDER BY user_id"),
              ElementsAre("alice", "both", "zoe"));
}

TEST_F(LegacySyncTest, AStoredKeyThatDoesNotOpenIsReportedAndNotExported) {
  UserKeys broken = UserWith("alice", 'k');
  broken.versions[0].wrapped_key[0] ^= 1;
  UserKeys keyless = UserWith("bob", 'k');
  keyless.versions.clear();
  Start({broken, keyless});
  EXPECT_THAT(bridge_->report().unreadable.first, ElementsAre("alice", "bob"));
  EXPECT_THAT(python_.Query("SELECT user_id FROM encryption_keys"), IsEmpty());
}

TEST_F(LegacySyncTest, RowsWhoseUserIdIsNoTextArePassedOver) {
  python_.Run("INSERT INTO encryption_keys VALUES (NULL, x'00', ''), (x'ff', x'00', '')");
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  Start();
  EXPECT_EQ(bridge_->report().imported, 1);
  EXPECT_EQ(bridge_->report().unreadable.count, 0);
}

}  // namespace
}  // namespace keyward::store
