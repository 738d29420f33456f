#include "bench/target.h"

#include <gtest/gtest.h>

namespace keyward::bench {
namespace {

TEST(TargetTest, ReadsANameAndAnAddress) {
  const auto target = ParseTarget("keyward=unix:/run/keyward.sock");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->name, "keyward");
  EXPECT_EQ(target->address, "unix:/run/keyward.sock");
  EXPECT_EQ(target->kind, Target::Kind::kKeyward);
  EXPECT_EQ(target->pid, 0);
}

TEST(TargetTest, ReadsItsOptions) {
  const auto target = ParseTarget("k=127.0.0.1:1,pid=42,tokens=/tmp/tokens=1");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->pid, 42);
  EXPECT_EQ(target->tokens, "/tmp/tokens=1");
}

TEST(TargetTest, WithAMethodItIsAnEchoServer) {
  const auto target = ParseTarget("ceiling=[::1]:2,method=/keyward.bench.v1.Echo/Call");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->kind, Target::Kind::kEcho);
  EXPECT_EQ(target->method, "/keyward.bench.v1.Echo/Call");
}

TEST(TargetTest, RefusesWhatMakesNoSense) {
  for (const char* text : {"", "keyward", "=127.0.0.1:1", "keyward=", "k=a:1,pid=0", "k=a:1,pid=x",
                           "k=a:1,colour=red", "k=a:1,method=Call", "k=a:1,tokens="}) {
    EXPECT_FALSE(ParseTarget(text).ok()) << text;
  }
}

}  // namespace
}  // namespace keyward::bench
