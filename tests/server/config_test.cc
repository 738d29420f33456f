#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

namespace keyward {
namespace {

using testing::HasSubstr;
using testing::Not;

absl::StatusOr<ParsedCommandLine> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "keyward-server");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

Config ParseOrDie(std::vector<const char*> arguments) {
  auto parsed = Parse(std::move(arguments));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->config : Config();
}

std::string ErrorOf(std::vector<const char*> arguments) {
  const auto parsed = Parse(std::move(arguments));
  EXPECT_FALSE(parsed.ok());
  return std::string(parsed.status().message());
}

// A variable of the environment for a scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* const name_;
};

TEST(ConfigTest, ListensOnLoopbackUnlessTold) {
  const Config config = ParseOrDie({});
  ASSERT_EQ(config.listen.size(), 1u);
  EXPECT_EQ(config.listen[0].Text(), "127.0.0.1:50051");
  EXPECT_TRUE(config.reflection);
  EXPECT_EQ(config.drain_delay, absl::Seconds(5));
  EXPECT_EQ(config.max_connection_age, absl::Minutes(30));
}

TEST(ConfigTest, SpansGoToAHostAndAPort) {
  for (const char* good :
       {"http://127.0.0.1:4317", "https://collector.monitoring.svc:4317", "http://[::1]:4317"}) {
    EXPECT_EQ(ParseOrDie({"--otlp_endpoint", good}).otlp_endpoint, good);
  }
  for (const char* bad : {"collector:4317", "grpc://collector:4317", "http://", "http://collector",
                          "http://:4317", "http://collector:0", "http://collector:4317/v1/traces",
                          "http://collector/x:4317", "http://sesame@collector:4317",
                          "http://user:sesame@collector:4317", "http://unix:/run/x"}) {
    const std::string error = ErrorOf({"--otlp_endpoint", bad});
    EXPECT_THAT(error, HasSubstr("--otlp_endpoint: takes http://HOST:PORT")) << bad;
    EXPECT_THAT(error, Not(HasSubstr("sesame")));
  }
}

TEST(ConfigTest, KeysAreRotatedByMessagesAloneAndDeletedOnesKeptForThirtyDaysUnlessTold) {
  const Config usual = ParseOrDie({});
  EXPECT_EQ(usual.rotate_after, absl::ZeroDuration());
  EXPECT_EQ(usual.rotate_after_messages, int64_t{1} << 31);
  EXPECT_EQ(usual.delete_grace, absl::Hours(24 * 30));
  EXPECT_EQ(usual.backup_dir, "");
  const Config told = ParseOrDie({"--rotate_after=2160h", "--rotate_after_messages=0",
                                  "--delete_grace=0", "--backup_dir=/backup"});
  EXPECT_EQ(told.rotate_after, absl::Hours(2160));
  EXPECT_EQ(told.rotate_after_messages, 0);
  EXPECT_EQ(told.delete_grace, absl::ZeroDuration());
  EXPECT_EQ(told.backup_dir, "/backup");
}

TEST(ConfigTest, ListenMayBeRepeated) {
  const Config config = ParseOrDie({"--listen=127.0.0.1:1", "--listen", "unix:/tmp/k.sock"});
  ASSERT_EQ(config.listen.size(), 2u);
  EXPECT_EQ(config.listen[1].Text(), "unix:/tmp/k.sock");
}

TEST(ConfigTest, AFlagWinsOverItsVariable) {
  const Variable store("KEYWARD_STORE", "sqlite:from-environment.db");
  const Variable ttl("KEYWARD_CACHE_TTL", "3s");
  const Variable require("KEYWARD_REQUIRE_MASTER_KEY", "true");
  const Variable listen("KEYWARD_LISTEN", "127.0.0.1:1,127.0.0.1:2");
  const Config config = ParseOrDie({"--store=sqlite:from-flag.db"});
  EXPECT_EQ(config.store_path, "from-flag.db");
  EXPECT_EQ(config.cache_ttl, absl::Seconds(3));
  EXPECT_TRUE(config.require_master_key);
  EXPECT_EQ(config.listen.size(), 2u);
}

TEST(ConfigTest, ReflectionIsOffOnceAListenerIsReachedFromElsewhere) {
  EXPECT_FALSE(ParseOrDie({"--insecure_listen=0.0.0.0:1"}).reflection);
  EXPECT_TRUE(ParseOrDie({"--insecure_listen=0.0.0.0:1", "--reflection=true"}).reflection);
  EXPECT_FALSE(ParseOrDie({"--reflection=false"}).reflection);
}

TEST(ConfigTest, EachMistakeIsOneLineThatNamesItsFlag) {
  const std::vector<std::pair<const char*, const char*>> mistakes = {
      {"--no_such_flag", "no_such_flag"},
      {"--listen=0.0.0.0:1", "--listen"},
      {"--listen=nonsense", "--listen"},
      {"--insecure_listen=unix:/x", "--insecure_listen"},
      {"--store=mysql:x", "--store"},
      {"--store=sqlite:", "--store"},
      {"--cache_ttl=soon", "--cache_ttl"},
      {"--drain_delay=-1s", "--drain_delay"},
      {"--max_connection_age=old", "--max_connection_age"},
      {"--drain_timeout=inf", "--drain_timeout"},
      {"--cache_max_keys=many", "cache_max_keys"},
      {"--cache_max_keys=-1", "--cache_max_keys"},
      {"--max_in_flight=0", "--max_in_flight"},
      {"--log_level=loud", "--log_level"},
      {"--reflection=perhaps", "reflection"},
      {"--tls_cert=x", "--tls_key"},
      {"--store=sq\nlite:x", "--store"},
      {"--listen=\x1b[2Jx", "--listen"},
      {"stray", "stray"},
      {"st\nray", "st?ray"}};
  for (const auto& [argument, name] : mistakes) {
    const std::string message = ErrorOf({argument});
    EXPECT_THAT(message, HasSubstr(name)) << argument;
    EXPECT_EQ(message.find_first_of("\n\x1b"), std::string::npos) << message;
  }
}

TEST(ConfigTest, HelpNamesEveryFlagAndItsVariable) {
  const auto parsed = Parse({"--help"});
  ASSERT_TRUE(parsed.ok());
  ASSERT_TRUE(parsed->print.has_value());
  EXPECT_THAT(*parsed->print, HasSubstr("--legacy_db"));
  EXPECT_THAT(*parsed->print, HasSubstr("KEYWARD_LEGACY_DB"));
}

}  // namespace
}  // namespace keyward
