#include "server/auth/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace keyward::auth {
namespace {

using ::testing::ElementsAre;

Policy Parsed(const std::string& text) {
  auto policy = Policy::Parse(text);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? *std::move(policy) : Policy::WithoutFile();
}

Principal Named(std::string_view text) {
  auto principal = Principal::Parse(text);
  EXPECT_TRUE(principal.ok()) << text;
  return principal.ok() ? *std::move(principal) : Principal::Anonymous();
}

TEST(PolicyTest, WhatNoGrantAllowsIsDenied) {
  const Policy policy = Parsed(R"(
      grants { principals: "cn:a" permissions: ENCRYPT users: "alice" })");
  const Access access = policy.AccessOf(Named("cn:a"));
  EXPECT_TRUE(access.Allows(Permission::kEncrypt, "alice"));
  EXPECT_FALSE(access.Allows(Permission::kEncrypt, "alice2"));
  EXPECT_FALSE(access.Allows(Permission::kEncrypt, "alic"));
  EXPECT_FALSE(access.Allows(Permission::kEncrypt, ""));
  EXPECT_FALSE(access.Allows(Permission::kDecrypt, "alice"));
  EXPECT_FALSE(access.Allows(Permission::kEncrypt, std::nullopt));
  EXPECT_FALSE(access.AllowsOnEveryUser(Permission::kEncrypt));
  for (const auto* other : {"cn:b", "dns:a", "loopback", "anonymous"}) {
    EXPECT_FALSE(policy.AccessOf(Named(other)).Allows(Permission::kEncrypt, "alice")) << other;
  }
}

TEST(PolicyTest, UsersAndThePoolAreApart) {
  const Access users = Parsed("grants { principals: '*' permissions: EXPORT users: '*' }")
                           .AccessOf(Principal::Loopback());
  EXPECT_TRUE(users.Allows(Permission::kExport, "anyone"));
  EXPECT_FALSE(users.Allows(Permission::kExport, std::nullopt));
  const Access pool = Parsed("grants { principals: '*' permissions: EXPORT pool: true }")
                          .AccessOf(Principal::Loopback());
  EXPECT_FALSE(pool.Allows(Permission::kExport, "anyone"));
  EXPECT_FALSE(pool.Allows(Permission::kExport, ""));
  EXPECT_TRUE(pool.Allows(Permission::kExport, std::nullopt));
}

TEST(PolicyTest, GrantsToOnePrincipalAddUp) {
  const Access access = Parsed(R"(
      grants { principals: "dns:*.example.org" permissions: ENCRYPT users: "*" }
      grants { principals: ["cn:z", "dns:a.example.org"] permissions: DECRYPT users: ["u1", "u2"] }
      grants { principals: "dns:a*" permissions: DECRYPT users: "team-*-x" }
      grants { principals: "dns:a*" permissions: REWRAP users: ["u1", "team-7-x"] })")
                            .AccessOf(Named("dns:a.example.org"));
  EXPECT_TRUE(access.Allows(Permission::kEncrypt, "anyone"));
  EXPECT_TRUE(access.AllowsOnEveryUser(Permission::kEncrypt));
  EXPECT_TRUE(access.Allows(Permission::kDecrypt, "u2"));
  EXPECT_TRUE(access.Allows(Permission::kDecrypt, "team-7-x"));
  EXPECT_TRUE(access.Allows(Permission::kRewrap, "team-7-x"));
  EXPECT_TRUE(access.Allows(Permission::kRewrap, "u1"));
  EXPECT_FALSE(access.Allows(Permission::kRewrap, "u2"));
  EXPECT_FALSE(access.Allows(Permission::kRewrap, "team-8-x"));
  EXPECT_FALSE(access.AllowsOnEveryUser(Permission::kDecrypt));
}

TEST(PolicyTest, AdminIsNeverOnThePool) {
  const Policy policy = Parsed(R"(
      grants { principals: "loopback" permissions: [ADMIN, EXPORT] users: "*" pool: true })");
  const Access access = policy.AccessOf(Principal::Loopback());
  EXPECT_TRUE(access.AllowsOnEveryUser(Permission::kAdmin));
  EXPECT_TRUE(access.Allows(Permission::kExport, std::nullopt));
  EXPECT_FALSE(access.Allows(Permission::kAdmin, std::nullopt));
  EXPECT_FALSE(policy.WhyAllowed(Principal::Loopback(), Permission::kAdmin, std::nullopt));
}

TEST(PolicyTest, AnAccessOutlivesItsPolicy) {
  const Access access = Parsed(R"(grants { principals: "*" permissions: EXPORT users: [
      "a user with a name that no small string holds", "as-long-a-glob-as-no-small-string-holds-*"] })")
                            .AccessOf(Principal::Loopback());
  EXPECT_TRUE(access.Allows(Permission::kExport, "a user with a name that no small string holds"));
  EXPECT_TRUE(access.Allows(Permission::kExport, "as-long-a-glob-as-no-small-string-holds-1"));
}

// The server listens to certificates without a policy on this machine alone.
TEST(PolicyTest, WithoutAFileOnlyTheAnonymousMayNotDoEverything) {
  const Policy policy = Policy::WithoutFile();
  const Access anonymous = policy.AccessOf(Principal::Anonymous());
  for (const Permission each : kAllPermissions) {
    for (const auto* local : {"loopback", "unix:/run/a.sock", "spiffe://a/b", "dns:a", "cn:a"}) {
      const Access access = policy.AccessOf(Named(local));
      EXPECT_TRUE(access.Allows(each, "alice")) << local << PermissionName(each);
      EXPECT_TRUE(access.AllowsOnEveryUser(each)) << local << PermissionName(each);
      EXPECT_EQ(access.Allows(each, std::nullopt), each != Permission::kAdmin)
          << local << PermissionName(each);
    }
    const bool of_values = each != Permission::kExport && each != Permission::kAdmin;
    EXPECT_EQ(anonymous.Allows(each, "alice"), of_values) << PermissionName(each);
  }
  EXPECT_FALSE(anonymous.Allows(Permission::kExport, std::nullopt));
  EXPECT_FALSE(policy.LimitOf(Principal::Anonymous()));
}

TEST(PolicyTest, TheFirstLimitThatFitsHolds) {
  const Policy policy = Parsed(R"(
      grants { principals: "*" permissions: ENCRYPT users: "*" }
      limits { principals: ["cn:fast", "cn:quick-*"] calls_per_second: 1000 }
      limits { principals: "cn:*" calls_per_second: 10 calls_at_once: 2 })");
  EXPECT_EQ(policy.LimitOf(Named("cn:quick-1")), (RateLimit{1000, 1000, 0}));
  EXPECT_EQ(policy.LimitOf(Named("cn:fast")), (RateLimit{1000, 1000, 0}));
  EXPECT_EQ(policy.LimitOf(Named("cn:fast2")), (RateLimit{10, 10, 2}));
  EXPECT_EQ(policy.LimitOf(Named("dns:fast")), std::nullopt);
}

TEST(PolicyTest, SaysWhichGrantAllows) {
  const Policy policy = Parsed(
      "grants { principals: 'cn:a' permissions: ENCRYPT users: 'x' }\n\n"
      "grants { principals: '*' permissions: ENCRYPT users: '*' }\n");
  const auto first = policy.WhyAllowed(Named("cn:a"), Permission::kEncrypt, "x");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->number, 1U);
  EXPECT_EQ(first->line, 1);
  const auto second = policy.WhyAllowed(Named("cn:a"), Permission::kEncrypt, "y");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number, 2U);
  EXPECT_EQ(second->line, 3);
  EXPECT_FALSE(policy.WhyAllowed(Named("cn:a"), Permission::kDecrypt, "x"));
}

TEST(PermissionTest, NamesAreThoseOfTheContract) {
  std::vector<std::string> names;
  for (const Permission each : kAllPermissions) {
    names.emplace_back(PermissionName(each));
    EXPECT_EQ(PermissionNamed(names.back()), each);
  }
  EXPECT_THAT(names,
              ElementsAre("encrypt", "decrypt", "export", "rewrap", "legacy_plaintext", "admin"));
  EXPECT_EQ(PermissionNamed("Encrypt"), std::nullopt);
  EXPECT_EQ(PermissionNamed(""), std::nullopt);
}

}  // namespace
}  // namespace keyward::auth
