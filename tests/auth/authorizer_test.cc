#include "server/auth/authorizer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace keyward::auth {
namespace {

constexpr int64_t kNow = 1'000'000'000'000;

Policy Parsed(const std::string& text) {
  auto policy = Policy::Parse(text);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? *std::move(policy) : Policy::WithoutFile();
}

Policy PolicyFor(const std::string& user, const std::string& limits = "") {
  return Parsed("grants { principals: '*' permissions: ENCRYPT users: '" + user + "' }\n" + limits);
}

Principal Numbered(int number) { return Principal::OfUnixSocket(std::to_string(number)); }

bool MayEncrypt(const Standing& standing, std::string_view user) {
  return standing.access->Allows(Permission::kEncrypt, user);
}

TEST(AuthorizerTest, JudgesByThePolicyInForce) {
  Authorizer authorizer(PolicyFor("a"));
  const Standing before = authorizer.StandingOf(Principal::Loopback(), kNow);
  EXPECT_TRUE(MayEncrypt(before, "a"));
  authorizer.Use(PolicyFor("b"));
  const Standing after = authorizer.StandingOf(Principal::Loopback(), kNow);
  EXPECT_FALSE(MayEncrypt(after, "a"));
  EXPECT_TRUE(MayEncrypt(after, "b"));
  // A call under way is judged by what it began with.
  EXPECT_TRUE(MayEncrypt(before, "a"));
}

TEST(AuthorizerTest, WorksAPrincipalOutOncePerPolicy) {
  Authorizer authorizer(PolicyFor("a"));
  const Standing first = authorizer.StandingOf(Principal::Loopback(), kNow);
  EXPECT_EQ(authorizer.StandingOf(Principal::Loopback(), kNow).access, first.access);
  EXPECT_NE(authorizer.StandingOf(Principal::Anonymous(), kNow).access, first.access);
  authorizer.Use(PolicyFor("a"));
  EXPECT_NE(authorizer.StandingOf(Principal::Loopback(), kNow).access, first.access);
}

TEST(AuthorizerTest, AGlobLimitsEachPrincipalByItself) {
  Authorizer authorizer(PolicyFor("*", "limits { principals: 'unix:*' calls_at_once: 1 }"));
  const Standing one = authorizer.StandingOf(Numbered(1), kNow);
  const Standing two = authorizer.StandingOf(Numbered(2), kNow);
  EXPECT_TRUE(one.limiter->Enter(1, kNow).ok());
  EXPECT_FALSE(authorizer.StandingOf(Numbered(1), kNow).limiter->Enter(1, kNow).ok());
  EXPECT_TRUE(two.limiter->Enter(1, kNow).ok());
  EXPECT_EQ(authorizer.StandingOf(Principal::Loopback(), kNow).limiter, nullptr);
}

TEST(AuthorizerTest, WhatIsUsedUpSurvivesANewPolicy) {
  const std::string limits = "limits { principals: 'loopback' calls_per_second: 1 burst: 3 }";
  Authorizer authorizer(PolicyFor("a", limits));
  EXPECT_TRUE(authorizer.StandingOf(Principal::Loopback(), kNow).limiter->Enter(3, kNow).ok());
  authorizer.Use(PolicyFor("b", limits));
  EXPECT_FALSE(authorizer.StandingOf(Principal::Loopback(), kNow).limiter->Enter(1, kNow).ok());
  authorizer.Use(PolicyFor("b", "limits { principals: '*' calls_per_second: 1 burst: 4 }"));
  const Standing wider = authorizer.StandingOf(Principal::Loopback(), kNow);
  EXPECT_TRUE(wider.limiter->Enter(1, kNow).ok());
  EXPECT_FALSE(wider.limiter->Enter(1, kNow).ok());
  authorizer.Use(PolicyFor("b"));
  EXPECT_EQ(authorizer.StandingOf(Principal::Loopback(), kNow).limiter, nullptr);
}

TEST(AuthorizerTest, ForgetsThoseWhoDoNothingBeforeThoseWhoAreLimitedOrBusy) {
  Authorizer authorizer(PolicyFor("*", "limits { principals: '*' calls_per_second: 0.001 }"));
  const Standing busy = authorizer.StandingOf(Principal::Loopback(), kNow);
  ASSERT_TRUE(busy.limiter->Enter(1, kNow).ok());
  ASSERT_TRUE(authorizer.StandingOf(Principal::Anonymous(), kNow).limiter->Enter(1, kNow).ok());
  authorizer.StandingOf(Principal::Anonymous(), kNow).limiter->Leave();
  const std::weak_ptr<const Access> idle = authorizer.StandingOf(Numbered(-1), kNow).access;
  for (int i = 0; i < 4 * static_cast<int>(Authorizer::kMaxPrincipals); ++i) {
    authorizer.StandingOf(Numbered(i), kNow);
  }
  EXPECT_TRUE(idle.expired());
  EXPECT_EQ(authorizer.StandingOf(Principal::Loopback(), kNow).access, busy.access);
  EXPECT_FALSE(authorizer.StandingOf(Principal::Anonymous(), kNow).limiter->Enter(1, kNow).ok());
}

TEST(AuthorizerTest, DoesNotForgetWhoHasACallUnderWay) {
  Authorizer authorizer(PolicyFor("*"));
  const Standing busy = authorizer.StandingOf(Principal::Loopback(), kNow);
  for (int i = 0; i < 4 * static_cast<int>(Authorizer::kMaxPrincipals); ++i) {
    authorizer.StandingOf(Numbered(i), kNow);
  }
  EXPECT_EQ(authorizer.StandingOf(Principal::Loopback(), kNow).access, busy.access);
}

TEST(AuthorizerTest, RemembersSoManyEvenIfAllHaveUsedTheirLimitsUp) {
  Authorizer authorizer(PolicyFor("*", "limits { principals: '*' calls_per_second: 0.001 }"));
  std::vector<std::weak_ptr<const Access>> all;
  for (int i = 0; i < 4 * static_cast<int>(Authorizer::kMaxPrincipals); ++i) {
    const Standing standing = authorizer.StandingOf(Numbered(i), kNow);
    ASSERT_TRUE(standing.limiter->Enter(1, kNow).ok());
    standing.limiter->Leave();
    all.push_back(standing.access);
  }
  size_t remembered = 0;
  for (const auto& each : all) remembered += each.expired() ? 0 : 1;
  EXPECT_LE(remembered, Authorizer::kMaxPrincipals);
}

// The two policies allow one user each: a call that sees both or neither was judged by no policy.
TEST(AuthorizerTest, EveryCallIsJudgedByOnePolicyWhileItChanges) {
  const std::string limits = "limits { principals: 'unix:*' calls_at_once: 1000 }";
  Authorizer authorizer(PolicyFor("a", limits));
  std::atomic<int> mixed = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&, i] {
      for (int call = 0; call < 5'000; ++call) {
        const Standing standing = authorizer.StandingOf(Numbered(call % 3 + i % 2), kNow);
        const bool entered = standing.limiter->Enter(1, kNow).ok();
        if (!entered || MayEncrypt(standing, "a") == MayEncrypt(standing, "b")) ++mixed;
        if (entered) standing.limiter->Leave();
      }
    });
  }
  for (int i = 0; i < 200; ++i) authorizer.Use(PolicyFor(i % 2 == 0 ? "b" : "a", limits));
  for (std::thread& each : callers) each.join();
  EXPECT_EQ(mixed, 0);
  EXPECT_TRUE(MayEncrypt(authorizer.StandingOf(Numbered(0), kNow), "a"));
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(authorizer.StandingOf(Numbered(i), kNow).limiter->IsFresh(kNow));
}

}  // namespace
}  // namespace keyward::auth
