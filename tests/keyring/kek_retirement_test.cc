// What is told of master keys, and giving up one that nothing needs any more.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "server/errors/errors.h"
#include "tests/keyring/kek_rotation_rig.h"

namespace keyward::keyring {
namespace {

using State = RewrapProgress::State;
using KekRetirementTest = KekRotationTest;

TEST_F(KekRetirementTest, StatusTellsOfEveryMasterKeyTheCurrentOneFirst) {
  StoreMany(2);
  store::UserKeys foreign = *Stored("user-0");
  foreign.versions[0].kek_id = "12345678";
  behind_->Put(foreign);
  const std::vector<KekState> keks = Status().keks;
  ASSERT_EQ(keks.size(), 3);
  EXPECT_EQ(keks[0].kek_id, NewKek());
  EXPECT_TRUE(keks[0].current && keks[0].loaded);
  EXPECT_EQ(keks[0].keys, 0);
  EXPECT_EQ(keks[1].kek_id, kOldKek);
  EXPECT_TRUE(!keks[1].current && keks[1].loaded);
  EXPECT_EQ(keks[1].keys, 1);
  EXPECT_EQ(keks[2].kek_id, absl::BytesToHexString("12345678"));
  EXPECT_TRUE(!keks[2].current && !keks[2].loaded && !keks[2].retired);
  EXPECT_EQ(keks[2].keys, 1);
  EXPECT_EQ(Status().rewrap.state, State::kIdle);
}

TEST_F(KekRetirementTest, AMasterKeyIsRetiredOnceNothingNeedsIt) {
  StoreMany(1);
  EXPECT_EQ(errors::Reason(Retire(kOldKek).status()), "KEK_IN_USE");
  ASSERT_TRUE(Rewrap().ok());
  ASSERT_TRUE(ended_.Take().ok());
  EXPECT_EQ(errors::Reason(Retire(kOldKek, /*confirmed=*/false).status()), "KEK_IN_USE");
  EXPECT_EQ(errors::Reason(Retire(NewKek()).status()), "KEK_IN_USE") << "the current one";
  const absl::Time when = job_clock_.Now();
  const auto retired = Retire(kOldKek);
  ASSERT_TRUE(retired.ok()) << retired.status();
  EXPECT_EQ(retired->kek_id, kOldKek);
  EXPECT_EQ(retired->retired, when);
  EXPECT_TRUE(retired->loaded);
  job_clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Retire(kOldKek)->retired, when) << "since the first time";
  EXPECT_EQ(Status().keks[1].retired, when);
}

TEST_F(KekRetirementTest, WhatIsNoIdOfAMasterKeyIsRefused) {
  for (const char* id : {"", "f37b81e55fd8570", "f37b81e55fd857011", "g37b81e55fd85701"}) {
    EXPECT_EQ(errors::Reason(Retire(id).status()), "INVALID_REQUEST") << id;
  }
}

TEST_F(KekRetirementTest, WhileTheDatabaseIsSharedWithThePythonModuleNothingIsRewrappedOrRetired) {
  rotation_ =
      std::make_unique<KekRotation>(TurnedOverKeks(), store_, job_clock_, crypto::SystemRandom(),
                                    KekRotation::Options{.legacy_shared = true});
  EXPECT_EQ(errors::Reason(Rewrap().status()), "LEGACY_SHARED");
  EXPECT_EQ(errors::Reason(Retire(kOldKek).status()), "LEGACY_SHARED");
  EXPECT_EQ(Status().keks.size(), 2);
}

}  // namespace
}  // namespace keyward::keyring
