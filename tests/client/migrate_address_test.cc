#include "client/cli/migrate_address.h"

#include <gtest/gtest.h>

namespace keyward::cli {
namespace {

TEST(RedisAddressTest, HostPortAndDatabase) {
  const auto address = ParseRedisAddress("redis://cache.internal:7000/3");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "cache.internal");
  EXPECT_EQ(address->port, "7000");
  EXPECT_EQ(address->database, 3);
  EXPECT_FALSE(address->tls);
  EXPECT_EQ(address->Name(), "cache.internal:7000");
}

TEST(RedisAddressTest, PortAndDatabaseMayBeLeftOut) {
  for (const char* text : {"redis://h", "redis://h/", "rediss://h:6379/0"}) {
    const auto address = ParseRedisAddress(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->Name(), "h:6379");
    EXPECT_EQ(address->database, 0);
  }
  EXPECT_TRUE(ParseRedisAddress("rediss://h")->tls);
}

TEST(RedisAddressTest, Ipv6StandsInBrackets) {
  const auto address = ParseRedisAddress("redis://[::1]:7000");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->Name(), "[::1]:7000");
  EXPECT_EQ(ParseRedisAddress("redis://[::1]")->port, "6379");
  EXPECT_FALSE(ParseRedisAddress("redis://::1").ok());
}

TEST(RedisAddressTest, UserAndPasswordMayHoldAnyByteAndAreNotNamed) {
  const auto address = ParseRedisAddress("redis://me%3a:p%40/w@rd:%ff@h:1/2");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->user, "me:");
  EXPECT_EQ(address->password, "p@/w@rd:\xff");
  EXPECT_EQ(address->database, 2);
  EXPECT_EQ(address->Name(), "h:1");
  EXPECT_EQ(ParseRedisAddress("redis://:secret@h")->password, "secret");
  EXPECT_EQ(ParseRedisAddress("redis://me@h")->user, "me");
}

TEST(RedisAddressTest, UnixSockets) {
  for (const char* text : {"unix:/run/redis.sock?db=4", "unix:///run/redis.sock?db=4"}) {
    const auto address = ParseRedisAddress(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->socket_path, "/run/redis.sock");
    EXPECT_EQ(address->database, 4);
    EXPECT_EQ(address->Name(), "unix:/run/redis.sock");
  }
}

TEST(RedisAddressTest, WhatIsNoAddressIsRefusedWithoutBeingRepeated) {
  for (const char* text :
       {"", "hunter2", "http://hunter2", "redis://", "redis://:hunter2@", "redis://hunter2%zz@h",
        "redis://h:hunter2", "redis://h:0", "redis://h:65536", "redis://h/hunter2", "redis://h/-1",
        "unix:hunter2", "unix://hunter2/x", "unix:/x?hunter2", "unix:/x?db=", "redis://[::1",
        "redis://[::1]x"}) {
    const auto address = ParseRedisAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().message().find("hunter2"), absl::string_view::npos) << text;
  }
}

}  // namespace
}  // namespace keyward::cli
