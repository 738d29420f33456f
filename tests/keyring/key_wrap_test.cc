#include "server/keyring/key_wrap.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "server/errors/errors.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

// docs/FORMATS.md's worked example, computed with Python's cryptography package.
constexpr char kWrapped[] =
    "404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f830039144f7e74deab2ed3e4"
    "4d4ec72b1addb0253a63b2acd0b25ec5";

store::KeyVersion Wrapped() {
  ExampleNonce nonce;
  return WrapKey(*ExampleKeks().current(), "alice", 1, ExampleKey(), absl::FromUnixMicros(42),
                 nonce);
}

std::string ReasonOf(const absl::StatusOr<crypto::SecretBytes>& result) {
  return errors::Reason(result.status());
}

TEST(KeyWrapTest, WritesTheWorkedExample) {
  const store::KeyVersion wrapped = Wrapped();
  EXPECT_EQ(absl::BytesToHexString(wrapped.wrapped_key), kWrapped);
  EXPECT_EQ(absl::BytesToHexString(wrapped.kek_id), kKekId);
  EXPECT_EQ(wrapped.wrap_format, 2);
  EXPECT_EQ(wrapped.version, 1);
  EXPECT_EQ(wrapped.state, store::VersionState::kEnabled);
  EXPECT_EQ(wrapped.created_at_micros, 42);
}

TEST(KeyWrapTest, OpensUnderTheKekThatTheRowNames) {
  for (const MasterKeys* keks : {&ExampleKeks(), &TurnedOverKeks()}) {
    const auto key = UnwrapKey(*keks, "alice", Wrapped());
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_TRUE(*key == ExampleKey());
  }
}

TEST(KeyWrapTest, RefusesARowCopiedOntoAnotherUser) {
  for (const char* other : {"bob", "alicf", "alice ", "Alice", "alic", ""}) {
    EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), other, Wrapped())), "STORED_KEY_CORRUPT") << other;
  }
}

TEST(KeyWrapTest, RefusesARowCopiedOntoAnotherVersion) {
  for (const uint32_t version : {0U, 2U, 256U, 0x01000000U}) {
    store::KeyVersion row = Wrapped();
    row.version = version;
    EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT") << version;
  }
}

TEST(KeyWrapTest, RefusesARowUnderAnotherLoadedKeksName) {
  store::KeyVersion row = Wrapped();
  row.kek_id = TurnedOverKeks().current()->id();
  EXPECT_EQ(ReasonOf(UnwrapKey(TurnedOverKeks(), "alice", row)), "STORED_KEY_CORRUPT");
}

TEST(KeyWrapTest, SaysWhichKekIsNotLoaded) {
  store::KeyVersion row = Wrapped();
  row.kek_id = "\x01\x02\x03\x04\x05\x06\x07\x08";
  const auto key = UnwrapKey(ExampleKeks(), "alice", row);
  EXPECT_EQ(ReasonOf(key), "KEK_NOT_LOADED");
  EXPECT_NE(key.status().message().find("0102030405060708"), absl::string_view::npos);
}

TEST(KeyWrapTest, RefusesEveryFlippedBit) {
  const store::KeyVersion whole = Wrapped();
  for (size_t bit = 0; bit < whole.wrapped_key.size() * 8; ++bit) {
    store::KeyVersion row = whole;
    row.wrapped_key[bit / 8] ^= static_cast<char>(1 << bit % 8);
    ASSERT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT") << bit;
  }
}

TEST(KeyWrapTest, RefusesEveryOtherLength) {
  const store::KeyVersion whole = Wrapped();
  for (size_t size = 0; size < whole.wrapped_key.size(); ++size) {
    store::KeyVersion row = whole;
    row.wrapped_key.resize(size);
    EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT") << size;
  }
  store::KeyVersion row = whole;
  row.wrapped_key += 'x';
  EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT");
}

TEST(KeyWrapTest, RefusesAWellWrappedKeyOfAnotherSize) {
  for (const size_t size : {16, 31, 33}) {
    const auto row = WrapKey(*ExampleKeks().current(), "alice", 1,
                             crypto::SecretBytes::CopyOf(std::string(size, 'k')), absl::UnixEpoch(),
                             crypto::SystemRandom());
    EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT") << size;
  }
}

TEST(KeyWrapTest, RefusesAnyOtherFormat) {
  for (const int format : {0, 1, 3}) {
    store::KeyVersion row = Wrapped();
    row.wrap_format = format;
    EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT") << format;
  }
  store::KeyVersion row = Wrapped();
  row.kek_id.pop_back();
  EXPECT_EQ(ReasonOf(UnwrapKey(ExampleKeks(), "alice", row)), "STORED_KEY_CORRUPT");
}

}  // namespace
}  // namespace keyward::keyring
