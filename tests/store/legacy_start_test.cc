// Starts of the bridge at which something fails, or somebody else is at work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "server/errors/errors.h"
#include "tests/store/bridge_fixture.h"

namespace keyward::store {
namespace {

using ::keyward::testing::LegacyKey;
using ::keyward::testing::PlainTranscoder;
using ::keyward::testing::StoredKey;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Call = FaultyKeyStore::Call;

// Lets something happen between the look at both sides and the writing to one.
class InterruptedTranscoder : public PlainTranscoder {
 public:
  explicit InterruptedTranscoder(std::function<void()> meanwhile)
      : meanwhile_(std::move(meanwhile)) {}

  absl::StatusOr<KeyVersion> Import(const LegacyRow& row) const override {
    meanwhile_();
    return PlainTranscoder::Import(row);
  }
  absl::StatusOr<LegacyRow> Export(std::string_view user_id, const KeyVersion& key) const override {
    meanwhile_();
    return PlainTranscoder::Export(user_id, key);
  }

 private:
  const std::function<void()> meanwhile_;
};

class LegacyStartTest : public BridgeFixture {
 protected:
  LegacyStartTest() : fresh_(std::make_unique<FakeKeyStore>()) { fake_ = fresh_.get(); }

  absl::StatusOr<std::unique_ptr<BridgedKeyStore>> StartWith(Call call, absl::Status error) {
    auto faulty = std::make_unique<FaultyKeyStore>(std::move(fresh_));
    faulty->Fail(call, std::move(error));
    return BridgedKeyStore::Open({.path = path_}, std::move(faulty),
                                 std::make_unique<PlainTranscoder>());
  }
  LegacySyncReport StartWhile(std::function<void()> meanwhile) {
    auto bridge =
        BridgedKeyStore::Open({.path = path_}, std::move(fresh_),
                              std::make_unique<InterruptedTranscoder>(std::move(meanwhile)));
    EXPECT_TRUE(bridge.ok()) << bridge.status();
    return bridge.ok() ? (*bridge)->report() : LegacySyncReport();
  }

 private:
  std::unique_ptr<FakeKeyStore> fresh_;
};

TEST_F(LegacyStartTest, AStoreThatCannotBeReadEndsItWithALineThatNamesTheFile) {
  const auto bridge = StartWith(Call::kPage, errors::StoreUnavailable("disk I/O error"));
  EXPECT_TRUE(absl::IsUnavailable(bridge.status()));
  EXPECT_THAT(std::string(bridge.status().message()),
              AllOf(HasSubstr("cannot import"), HasSubstr(path_), HasSubstr("disk I/O error")));
}

TEST_F(LegacyStartTest, AStoreThatTakesNoKeysEndsIt) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  const auto bridge = StartWith(Call::kCreate, errors::StoreUnavailable("database is full"));
  EXPECT_TRUE(absl::IsUnavailable(bridge.status()));
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'p').encrypted_key);
}

TEST_F(LegacyStartTest, AUserWhoseStoredKeyIsCorruptIsReportedAndNotReplaced) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  const auto bridge = StartWith(Call::kCreate, errors::StoredKeyCorrupt());
  ASSERT_TRUE(bridge.ok()) << bridge.status();
  EXPECT_THAT((*bridge)->report().unreadable.first, ElementsAre("alice"));
  EXPECT_EQ((*bridge)->report().imported, 0);
}

TEST_F(LegacyStartTest, WhoComesToTheStoreMeanwhileKeepsTheKeyThatIsThere) {
  python_.InsertLegacy(LegacyKey("alice", 'p'));
  const auto report = StartWhile([this] { fake_->Put(UserWith("alice", 'k')); });
  EXPECT_EQ(report.imported, 0);
  EXPECT_THAT(report.conflicting.first, ElementsAre("alice"));
}

TEST_F(LegacyStartTest, WhoComesToTheModuleMeanwhileKeepsTheRowThatIsThere) {
  fake_->Put(UserWith("alice", 'k'));
  const auto report = StartWhile([this] { python_.InsertLegacy(LegacyKey("alice", 'p')); });
  EXPECT_EQ(report.exported, 0);
  EXPECT_THAT(report.conflicting.first, ElementsAre("alice"));
  EXPECT_EQ(LegacyKeyOf("alice"), LegacyKey("alice", 'p').encrypted_key);
}

TEST_F(LegacyStartTest, WhoComesToBothMeanwhileWithOneKeyIsNoConflict) {
  fake_->Put(UserWith("alice", 'k'));
  const auto report = StartWhile([this] { python_.InsertLegacy(LegacyKey("alice", 'k')); });
  EXPECT_EQ(report.already_there, 1);
  EXPECT_EQ(report.conflicting.count, 0);
}

}  // namespace
}  // namespace keyward::store
