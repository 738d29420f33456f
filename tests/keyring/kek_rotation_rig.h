#ifndef KEYWARD_TESTS_KEYRING_KEK_ROTATION_RIG_H_
#define KEYWARD_TESTS_KEYRING_KEK_ROTATION_RIG_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/keyring/kek_rotation.h"
#include "server/keyring/key_wrap.h"
#include "tests/keyring/keyring_rig.h"

namespace keyward::keyring {

inline const std::string kOldKek = std::string(kKekId);

inline std::string NewKek() { return TurnedOverKeks().current()->hex_id(); }

// A rotation over a store that can be made to fail.
class KekRotationTest : public KeyringRig {
 protected:
  KekRotationTest() { Start(); }
  ~KekRotationTest() override { rotation_.reset(); }

  void Start(const MasterKeys& keks = TurnedOverKeks()) {
    ended_ = Awaited<RewrapProgress>();
    rotation_ = std::make_unique<KekRotation>(
        keks, store_, job_clock_, crypto::SystemRandom(),
        KekRotation::Options{
            .on_end = [callback = std::make_shared<decltype(ended_.Callback())>(ended_.Callback())](
                          const RewrapProgress& progress) { (*callback)(progress); }});
  }

  // A user whose versions are all under the old master key.
  void Store(const std::string& user_id, int versions = 1) {
    store::UserKeys user{.user_id = user_id, .primary_version = static_cast<uint32_t>(versions)};
    for (int version = versions; version > 0; --version) {
      user.versions.push_back(WrapKey(*ExampleKeks().current(), user_id,
                                      static_cast<uint32_t>(version), ExampleKey(), clock_.Now(),
                                      crypto::SystemRandom()));
    }
    behind_->Put(std::move(user));
  }
  void StoreMany(int users) {
    for (int i = 0; i < users; ++i) Store(absl::StrCat("user-", i));
  }

  absl::StatusOr<RewrapProgress> Rewrap(uint32_t rate = 0) {
    return Await<RewrapProgress>([&](auto done) { rotation_->Rewrap(rate, std::move(done)); });
  }
  absl::StatusOr<KekState> Retire(const std::string& kek_id, bool confirmed = true) {
    return Await<KekState>(
        [&](auto done) { rotation_->Retire(kek_id, confirmed, std::move(done)); });
  }
  KekStatus Status() {
    return *Await<KekStatus>([&](auto done) { rotation_->GetStatus(std::move(done)); });
  }
  std::string Note() {
    return *Await<std::string>(
        [&](auto done) { behind_->GetNote(std::string(kRewrapNote), std::move(done)); });
  }
  int64_t KeysUnder(const std::string& kek_id) {
    for (const KekState& kek : Status().keks) {
      if (kek.kek_id == kek_id) return kek.keys;
    }
    return -1;
  }

  FakeClock job_clock_;  // of the job alone, so that its waits can be counted
  Awaited<RewrapProgress> ended_;
  std::unique_ptr<KekRotation> rotation_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_TESTS_KEYRING_KEK_ROTATION_RIG_H_
