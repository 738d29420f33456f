// Random policies decide as their format is described: as tests/auth/naive_policy does.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/auth/policy.h"
#include "tests/auth/naive_policy.h"
#include "tests/testing/chance.h"

namespace keyward::auth {
namespace {

using ::keyward::testing::Chance;
using ::keyward::testing::PropertyTest;

// Small alphabets, so that rules and questions meet often.
class RandomPolicies {
 public:
  explicit RandomPolicies(Chance& chance) : chance_(chance) {}

  std::vector<NaiveGrant> Grants() {
    // The parser refuses the same grant twice.
    std::set<std::string> texts;
    std::vector<NaiveGrant> grants;
    const size_t count = 1 + chance_.Below(5);
    while (grants.size() < count) {
      NaiveGrant grant = OneGrant();
      if (texts.insert(ToText({grant})).second) grants.push_back(std::move(grant));
    }
    return grants;
  }

  std::vector<NaiveLimit> Limits() {
    std::vector<NaiveLimit> limits;
    // The parser refuses a pattern that an earlier limit has, and any after "*".
    const size_t count = chance_.Below(8);
    for (std::string& each : Patterns(count, [&] { return PrincipalPattern(); })) {
      const bool last = each.find_first_not_of('*') == each.npos;
      if (limits.empty() || chance_.OneIn(2)) {
        limits.push_back({.calls_at_once = static_cast<uint32_t>(1 + chance_.Below(1'000))});
      }
      limits.back().principals.push_back(std::move(each));
      if (last) break;
    }
    return limits;
  }

  std::string PrincipalName() {
    if (chance_.OneIn(4)) return chance_.OneIn(2) ? "loopback" : "anonymous";
    return chance_.OneOf(kKinds) + Word("ab", 3);
  }
  std::string User() { return Word("ab", 4); }

 private:
  std::string Word(std::string_view alphabet, size_t max_size) {
    return chance_.Word(alphabet, 1 + chance_.Below(max_size));
  }

  std::string PrincipalPattern() {
    if (chance_.OneIn(6)) return "*";
    if (chance_.OneIn(4)) return PrincipalName();
    // A star may stand for the kind, or for a part of it.
    const std::string& kind = chance_.OneOf(kKinds);
    if (chance_.OneIn(5)) return kind.substr(0, chance_.Below(kind.size())) + "*" + Word("ab*", 2);
    return kind + Word("ab*", 3);
  }

  // Where the parser takes two for the same, once.
  template <typename Make>
  static std::vector<std::string> Patterns(size_t count, const Make& make) {
    std::set<std::string> seen;
    std::vector<std::string> patterns;
    for (size_t i = 0; i < count; ++i) {
      std::string each = make();
      std::string single_stars;
      std::unique_copy(each.begin(), each.end(), std::back_inserter(single_stars),
                       [](char left, char right) { return left == '*' && right == '*'; });
      if (seen.insert(single_stars).second) patterns.push_back(std::move(each));
    }
    return patterns;
  }

  NaiveGrant OneGrant() {
    NaiveGrant grant;
    grant.principals = Patterns(1 + chance_.Below(2), [&] { return PrincipalPattern(); });
    for (const Permission each : kAllPermissions) {
      if (chance_.OneIn(3)) grant.permissions.push_back(each);
    }
    if (grant.permissions.empty()) {
      grant.permissions.push_back(kAllPermissions[chance_.Below(kAllPermissions.size())]);
    }
    grant.users = Patterns(1 + chance_.Below(3), [&] { return Word("ab*", 4); });
    grant.pool = chance_.OneIn(3);
    // The parser wants ADMIN to be on users.
    if (grant.pool && grant.permissions.back() != Permission::kAdmin && chance_.OneIn(2)) {
      grant.users.clear();
    }
    return grant;
  }

  const std::vector<std::string> kKinds = {"cn:", "dns:", "unix:", "spiffe://ab/"};
  Chance& chance_;
};

Principal Named(const std::string& text) {
  const auto principal = Principal::Parse(text);
  EXPECT_TRUE(principal.ok()) << text;
  return principal.ok() ? *principal : Principal::Anonymous();
}

class PolicyPropertyTest : public PropertyTest {
 protected:
  void Ask(const Policy& policy, const std::vector<NaiveGrant>& grants,
           const std::string& principal, std::optional<std::string_view> user_id) {
    const Access access = policy.AccessOf(Named(principal));
    for (const Permission each : kAllPermissions) {
      const auto expected = NaiveFirstGrant(grants, principal, each, user_id);
      ASSERT_EQ(access.Allows(each, user_id), expected.has_value())
          << principal << " " << PermissionName(each) << " " << user_id.value_or("(pool)");
      const auto why = policy.WhyAllowed(Named(principal), each, user_id);
      ASSERT_EQ(why.has_value(), expected.has_value());
      if (expected) {
        ASSERT_EQ(why->number, *expected + 1);
      }
      (expected ? allowed_ : denied_) += 1;
      ASSERT_EQ(access.AllowsOnEveryUser(each), NaiveOnEveryUser(grants, principal, each))
          << principal << " " << PermissionName(each);
    }
  }

  size_t allowed_ = 0;
  size_t denied_ = 0;
};

TEST_F(PolicyPropertyTest, DecidesAsTheFormatIsDescribed) {
  RandomPolicies random(chance_);
  for (int i = 0; i < 1'000 && !HasFatalFailure(); ++i) {
    const std::vector<NaiveGrant> grants = random.Grants();
    const std::string text = ToText(grants);
    SCOPED_TRACE(text);
    const auto policy = Policy::Parse(text);
    ASSERT_TRUE(policy.ok()) << policy.status();
    for (int question = 0; question < 20; ++question) {
      const std::string principal = random.PrincipalName();
      Ask(*policy, grants, principal, random.User());
      Ask(*policy, grants, principal, std::nullopt);
    }
  }
  EXPECT_GT(allowed_, 10'000U);
  EXPECT_GT(denied_, 10'000U);
}

TEST_F(PolicyPropertyTest, TheSpellingOfAPolicyDecidesNothing) {
  RandomPolicies random(chance_);
  for (int i = 0; i < 300 && !HasFatalFailure(); ++i) {
    const std::vector<NaiveGrant> grants = random.Grants();
    const std::string text = ToOtherText(grants, chance_);
    SCOPED_TRACE(text);
    const auto policy = Policy::Parse(text);
    ASSERT_TRUE(policy.ok()) << policy.status();
    for (int question = 0; question < 10; ++question) {
      Ask(*policy, grants, random.PrincipalName(), random.User());
    }
  }
}

TEST_F(PolicyPropertyTest, TheFirstLimitThatFitsHolds) {
  RandomPolicies random(chance_);
  size_t limited = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::vector<NaiveLimit> limits = random.Limits();
    const std::string text = ToText(random.Grants()) + ToText(limits);
    SCOPED_TRACE(text);
    const auto policy = Policy::Parse(text);
    ASSERT_TRUE(policy.ok()) << policy.status();
    for (int question = 0; question < 10; ++question) {
      const std::string principal = random.PrincipalName();
      const auto limit = policy->LimitOf(Named(principal));
      const auto expected = NaiveFirstLimit(limits, principal);
      ASSERT_EQ(limit.has_value(), expected.has_value()) << principal;
      if (expected) {
        ASSERT_EQ(limit->calls_at_once, limits[*expected].calls_at_once) << principal;
      }
      limited += expected ? 1 : 0;
    }
  }
  EXPECT_GT(limited, 2'000U);
}

}  // namespace
}  // namespace keyward::auth
