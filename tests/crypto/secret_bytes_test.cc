#include "server/crypto/secret_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "tests/crypto/mapping.h"

namespace keyward::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(std::is_nothrow_move_assignable_v<SecretBytes>);
static_assert(!Streamable<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string>);
static_assert(!std::is_convertible_v<SecretBytes, std::string_view>);
static_assert(!std::is_convertible_v<std::string, SecretBytes>);

constexpr char kSecret[] = "sixteen-byte-key";

TEST(SecretBytesTest, HoldsACopyOfWhatItWasGiven) {
  std::string original = kSecret;
  const SecretBytes secret = SecretBytes::CopyOf(original);
  Wipe(original);
  EXPECT_EQ(secret.ExposeSecret(), kSecret);
  EXPECT_EQ(secret.size(), 16);
  EXPECT_FALSE(secret.empty());
}

TEST(SecretBytesTest, IsEmptyByDefaultAndForNoBytes) {
  EXPECT_TRUE(SecretBytes().empty());
  EXPECT_TRUE(SecretBytes::CopyOf("").empty());
  EXPECT_EQ(SecretBytes().ExposeSecret(), "");
  EXPECT_TRUE(SecretBytes() == SecretBytes::CopyOf(""));
}

TEST(SecretBytesTest, FillIsGivenZeros) {
  { SecretBytes used = SecretBytes::CopyOf(std::string(32, 'x')); }  // what the next one reuses
  bool zeros = false;
  const SecretBytes secret(32, [&](absl::Span<uint8_t> out) {
    zeros =
        out.size() == 32 && std::all_of(out.begin(), out.end(), [](uint8_t b) { return b == 0; });
  });
  EXPECT_TRUE(zeros);
}

TEST(SecretBytesTest, IsLockedAndKeptOutOfCoreDumps) {
  for (const size_t size : {16, 64, 65, 100000}) {
    const SecretBytes secret = SecretBytes::CopyOf(std::string(size, 's'));
    for (const char* at : {secret.ExposeSecret().data(), secret.ExposeSecret().data() + size - 1}) {
      const std::string flags = MappingFlags(at);
      EXPECT_THAT(flags, HasSubstr(" dd ")) << size;
      if (MlockWorks()) {
        EXPECT_THAT(flags, HasSubstr(" lo ")) << size;
      }
    }
  }
}

TEST(SecretBytesTest, IsWipedWhenItEnds) {
  const char* where = nullptr;
  {
    const SecretBytes secret = SecretBytes::CopyOf(kSecret);
    where = secret.ExposeSecret().data();
    ASSERT_EQ(std::memcmp(where, kSecret, 16), 0);
  }
  // Small secrets share regions that stay mapped, so the place can be looked at afterwards.
  EXPECT_EQ(std::string(where, 16), std::string(16, '\0'));
}

TEST(SecretBytesTest, IsWipedWhenAnotherIsMovedOntoIt) {
  SecretBytes secret = SecretBytes::CopyOf(kSecret);
  const char* where = secret.ExposeSecret().data();
  secret = SecretBytes::CopyOf("another");
  EXPECT_EQ(std::string(where, 16), std::string(16, '\0'));
  EXPECT_EQ(secret.ExposeSecret(), "another");
}

TEST(SecretBytesTest, MovingLeavesTheSecretWhereItIsAndTheSourceEmpty) {
  SecretBytes first = SecretBytes::CopyOf(kSecret);
  const char* where = first.ExposeSecret().data();
  SecretBytes second = std::move(first);
  EXPECT_EQ(second.ExposeSecret().data(), where);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(first.ExposeSecret(), "");
  SecretBytes third;
  third = std::move(second);
  EXPECT_EQ(third.ExposeSecret(), kSecret);
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(SecretBytesTest, MovingOntoItselfKeepsTheSecret) {
  SecretBytes secret = SecretBytes::CopyOf(kSecret);
  SecretBytes& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.ExposeSecret(), kSecret);
}

TEST(SecretBytesTest, EqualsOnlyTheSameBytes) {
  const std::string bytes(32, 'k');
  const SecretBytes secret = SecretBytes::CopyOf(bytes);
  EXPECT_TRUE(secret == SecretBytes::CopyOf(bytes));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string other = bytes;
    other[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(secret == SecretBytes::CopyOf(other)) << bit;
  }
  EXPECT_FALSE(secret == SecretBytes::CopyOf(bytes.substr(1)));
  EXPECT_FALSE(secret == SecretBytes::CopyOf(bytes + "k"));
  EXPECT_FALSE(secret == SecretBytes());
}

TEST(SecretBytesTest, AFailingTestDoesNotPrintIt) {
  const SecretBytes secret = SecretBytes::CopyOf(kSecret);
  EXPECT_THAT(::testing::PrintToString(secret), Not(HasSubstr(kSecret)));
  EXPECT_THAT(::testing::PrintToString(secret), Not(HasSubstr("73-69-78")));  // "six"
}

TEST(WipeTest, OverwritesAStringAndEmptiesIt) {
  std::string text(100, 'p');
  const char* where = text.data();
  Wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.data(), where);
  text.resize(1);  // so that the buffer's first byte counts as part of the string again
  EXPECT_EQ(text.capacity() >= 100 ? where[0] : '?', '\0');
}

TEST(WipeTest, OverwritesEveryByte) {
  char buffer[] = {'a', 'b', 'c', 'd'};
  Wipe(buffer + 1, 2);
  EXPECT_EQ(std::string(buffer, 4), std::string("a\0\0d", 4));
}

}  // namespace
}  // namespace keyward::crypto
