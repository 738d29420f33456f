#include "server/keyring/retirement_watch.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/errors/errors.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {
namespace {

class RetirementWatchTest : public KeyringRig {
 protected:
  void Retire(const Kek& kek) {
    ASSERT_TRUE(Await<std::string>([&](auto done) {
                  behind_->RetireKek(kek.id(), 1,
                                     [done = std::move(done)](const absl::Status& status) mutable {
                                       if (!status.ok()) return done(status);
                                       done(std::string());
                                     });
                }).ok());
  }

  FakeClock watch_clock_;
};

TEST_F(RetirementWatchTest, TellsOnceAnotherServerHasRetiredTheCurrentMasterKey) {
  Awaited<std::string> told;
  RetirementWatch watch(ExampleKeks(), store_, watch_clock_,
                        [done = std::make_shared<decltype(told.Callback())>(told.Callback())] {
                          (*done)(std::string());
                        });
  watch_clock_.AwaitWaits(1);
  Retire(*TurnedOverKeks().current());
  watch_clock_.Advance(RetirementWatch::kInterval);
  watch_clock_.AwaitWaits(2);
  EXPECT_FALSE(told.ready()) << "it is another one";
  Retire(*ExampleKeks().current());
  watch_clock_.Advance(RetirementWatch::kInterval);
  EXPECT_TRUE(told.Take().ok());
}

TEST_F(RetirementWatchTest, OnceThePoolIsStoppedNothingIsSealedForItAndAllIsOpened) {
  const std::string token = Encrypt(kPool, "secret")->token;
  const std::string of_user = Encrypt(Scope{"alice"}, "secret")->token;
  keyring_->StopPool();
  EXPECT_EQ(errors::Reason(Encrypt(kPool, "x").status()), "ENCRYPTION_DISABLED");
  EXPECT_EQ(errors::Reason(keyring_->Pool().status()), "ENCRYPTION_DISABLED");
  EXPECT_EQ(Decrypt(kPool, token)->plaintext, "secret");
  EXPECT_FALSE(Rewrap(kPool, token)->changed) << "it opens, and would not be sealed anew";
  EXPECT_EQ(Decrypt(Scope{"alice"}, of_user)->plaintext, "secret");
  EXPECT_TRUE(Encrypt(Scope{"alice"}, "x").ok()) << "her key is wrapped already";
}

TEST_F(RetirementWatchTest, OnceThePoolIsStoppedAnOlderTokenOfItIsNotSealedAnew) {
  const std::string old = Encrypt(kPool, "secret")->token;
  keyring_ = With(TurnedOverKeks());
  keyring_->StopPool();
  EXPECT_EQ(errors::Reason(Rewrap(kPool, old).status()), "ENCRYPTION_DISABLED");
}

}  // namespace
}  // namespace keyward::keyring
