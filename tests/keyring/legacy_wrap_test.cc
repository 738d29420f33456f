#include "server/keyring/legacy_wrap.h"

#include <gtest/gtest.h>

#include <string>

#include "server/crypto/aead.h"
#include "server/errors/errors.h"
#include "server/keyring/iso_time.h"
#include "server/keyring/key_wrap.h"
#include "tests/crypto/hex.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

// docs/FORMATS.md's worked example: the example's key as the Python module stores it.
store::LegacyRow ExampleRow() {
  return {
      .user_id = "alice",
      .encrypted_key = crypto::FromHex(
          "404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f830039144f7e74deab2ed3e4"
          "f8bcc25f05845fd1a175af4eb9936f00"),
      .created_at = "2026-01-31T12:00:00.000042+00:00"};
}

class LegacyWrapTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  const LegacyWrap wrap_{ExampleKeks(), clock_, crypto::SystemRandom()};
  const LegacyWrap turned_over_{TurnedOverKeks(), clock_, crypto::SystemRandom()};
};

TEST_F(LegacyWrapTest, ImportsARowUnderTheCurrentKek) {
  for (const LegacyWrap* wrap : {&wrap_, &turned_over_}) {
    const MasterKeys& keks = wrap == &wrap_ ? ExampleKeks() : TurnedOverKeks();
    const auto imported = wrap->Import(ExampleRow());
    ASSERT_TRUE(imported.ok()) << imported.status();
    EXPECT_EQ(imported->kek_id, keks.current()->id());
    EXPECT_EQ(imported->version, 1);
    EXPECT_EQ(imported->wrap_format, kWrapFormat);
    EXPECT_EQ(absl::FromUnixMicros(imported->created_at_micros),
              *ParseIsoTime(ExampleRow().created_at));
    const auto key = UnwrapKey(keks, "alice", *imported);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_TRUE(*key == ExampleKey());
  }
}

TEST_F(LegacyWrapTest, AnImportedRowIsBoundToItsUser) {
  const auto imported = wrap_.Import(ExampleRow());
  ASSERT_TRUE(imported.ok());
  EXPECT_FALSE(UnwrapKey(ExampleKeks(), "bob", *imported).ok());
}

TEST_F(LegacyWrapTest, TakesARowWithoutAProperDateAsMadeNow) {
  store::LegacyRow row = ExampleRow();
  row.created_at = "yesterday";
  const auto imported = wrap_.Import(row);
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ(absl::FromUnixMicros(imported->created_at_micros), clock_.Now());
}

TEST_F(LegacyWrapTest, RefusesARowThatNoLoadedKekOpens) {
  store::LegacyRow damaged = ExampleRow();
  damaged.encrypted_key.back() ^= 1;
  EXPECT_EQ(errors::Reason(wrap_.Import(damaged).status()), "STORED_KEY_CORRUPT");
  for (const size_t size : {0, 11, 27, 28, 59}) {
    store::LegacyRow cut = ExampleRow();
    cut.encrypted_key.resize(size);
    EXPECT_EQ(errors::Reason(wrap_.Import(cut).status()), "STORED_KEY_CORRUPT") << size;
  }
  const MasterKeys others(OtherKek(), {}, kDefaultPoolKeySalt);
  const LegacyWrap other(others, clock_, crypto::SystemRandom());
  EXPECT_EQ(errors::Reason(other.Import(ExampleRow()).status()), "STORED_KEY_CORRUPT");
}

TEST_F(LegacyWrapTest, RefusesARowWithAKeyOfAnotherSize) {
  store::LegacyRow row = ExampleRow();
  row.encrypted_key = crypto::SealBox(ExampleKeks().current()->key(), std::string(16, 'k'), "",
                                      crypto::SystemRandom());
  EXPECT_EQ(errors::Reason(wrap_.Import(row).status()), "STORED_KEY_CORRUPT");
}

TEST_F(LegacyWrapTest, ExportsTheRowThatThePythonModuleWouldWrite) {
  ExampleNonce nonce;
  const LegacyWrap wrap(ExampleKeks(), clock_, nonce);
  const auto imported = wrap_.Import(ExampleRow());
  ASSERT_TRUE(imported.ok());
  const auto exported = wrap.Export("alice", *imported);
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->user_id, "alice");
  EXPECT_EQ(exported->encrypted_key, ExampleRow().encrypted_key);
  EXPECT_EQ(exported->created_at, ExampleRow().created_at);
}

TEST_F(LegacyWrapTest, ExportsOnlyWhatOpens) {
  auto imported = wrap_.Import(ExampleRow());
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ(errors::Reason(wrap_.Export("bob", *imported).status()), "STORED_KEY_CORRUPT");
  imported->kek_id = "unloaded";
  EXPECT_EQ(errors::Reason(wrap_.Export("alice", *imported).status()), "KEK_NOT_LOADED");
}

TEST_F(LegacyWrapTest, ComparesTheKeysNotTheirWrapping) {
  const auto imported = wrap_.Import(ExampleRow());
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ(*wrap_.SameKey(ExampleRow(), *imported), true);

  store::LegacyRow rewrapped = ExampleRow();
  rewrapped.encrypted_key = crypto::SealBox(ExampleKeks().current()->key(), Counting(0x20, 32), "",
                                            crypto::SystemRandom());
  EXPECT_EQ(*wrap_.SameKey(rewrapped, *imported), true);

  store::LegacyRow other = ExampleRow();
  other.encrypted_key = crypto::SealBox(ExampleKeks().current()->key(), Counting(0x21, 32), "",
                                        crypto::SystemRandom());
  EXPECT_EQ(*wrap_.SameKey(other, *imported), false);

  other.encrypted_key.pop_back();
  EXPECT_FALSE(wrap_.SameKey(other, *imported).ok());
}

}  // namespace
}  // namespace keyward::keyring
