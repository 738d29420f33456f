#include "server/auth/policy_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace keyward::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kGrant[] = R"(grants { principals: "cn:a" permissions: ENCRYPT users: "u" }
)";

std::string Error(const std::string& text) {
  const auto rules = ParsePolicyText(text);
  if (rules.ok()) return "taken";
  EXPECT_EQ(rules.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(rules.status().message());
}

std::string GrantError(const std::string& fields) { return Error("grants {" + fields + "}"); }
std::string LimitError(const std::string& fields) {
  return Error(kGrant + ("limits {" + fields + "}"));
}

TEST(PolicyTextTest, ReadsGrantsAndLimits) {
  const auto rules = ParsePolicyText(R"(
# A comment.
grants {
  principals: "spiffe://example.org/billing"
  principals: "dns:*.example.org"
  permissions: [ENCRYPT, LEGACY_PLAINTEXT]
  users: "customer-*"
  pool: true
}
grants { principals: ["loopback"], permissions: ADMIN; users: ["**", "x"] }
limits { principals: "cn:a" calls_per_second: 0.5 calls_at_once: 3 }
limits { principals: "cn:b" calls_per_second: 10.9 }
limits { principals: "*" calls_per_second: 10 burst: 50 }
)");
  ASSERT_TRUE(rules.ok()) << rules.status();
  ASSERT_THAT(rules->grants, SizeIs(2));
  const Grant& grant = rules->grants[0];
  EXPECT_THAT(grant.principals, ElementsAre("spiffe://example.org/billing", "dns:*.example.org"));
  EXPECT_THAT(grant.users, ElementsAre("customer-*"));
  EXPECT_EQ(grant.on_users, SetOf(Permission::kEncrypt) | SetOf(Permission::kLegacyPlaintext));
  EXPECT_EQ(grant.on_pool, grant.on_users);
  EXPECT_EQ(grant.line, 3);
  EXPECT_THAT(rules->grants[1].users, ElementsAre("*", "x"));
  EXPECT_EQ(rules->grants[1].on_pool, 0);
  EXPECT_EQ(rules->grants[1].line, 10);
  ASSERT_THAT(rules->limits, SizeIs(3));
  EXPECT_EQ(rules->limits[0].rate, (RateLimit{0.5, 1, 3}));
  EXPECT_EQ(rules->limits[1].rate, (RateLimit{10.9, 10, 0}));
  EXPECT_EQ(rules->limits[2].rate, (RateLimit{10, 50, 0}));
}

TEST(PolicyTextTest, EachPermissionOfTheFileIsTheOneOfThatName) {
  const char* names[] = {"ENCRYPT", "DECRYPT", "EXPORT", "REWRAP", "LEGACY_PLAINTEXT", "ADMIN"};
  for (size_t i = 0; i < kAllPermissions.size(); ++i) {
    const auto rules = ParsePolicyText(
        std::string("grants { principals: '*' users: '*' permissions: ") + names[i] + " }");
    ASSERT_TRUE(rules.ok()) << rules.status();
    EXPECT_EQ(rules->grants[0].on_users, SetOf(kAllPermissions[i])) << names[i];
    EXPECT_THAT(std::string(PermissionName(kAllPermissions[i])), ::testing::StrCaseEq(names[i]));
  }
}

TEST(PolicyTextTest, ATypoNamesItsLineAndColumn) {
  EXPECT_EQ(Error("grants {\n  principal: \"cn:a\"\n}\n"),
            "2:3: Message type \"keyward.policy.v1.Grant\" has no field named \"principal\".");
  EXPECT_THAT(Error("grants {\n  principals: \"cn:a\"\n  permissions: ENCRIPT\n}\n"),
              StartsWith("3:16: Unknown enumeration value of \"ENCRIPT\""));
  EXPECT_THAT(Error("grants { pool: maybe }"), StartsWith("1:16: "));
  EXPECT_THAT(Error("grants { pool: true pool: true }"), StartsWith("1:21: "));
  EXPECT_THAT(Error("grants {\n"), StartsWith("2:1: "));
  EXPECT_THAT(Error("grants { users: \"a }"), StartsWith("1:"));
  EXPECT_THAT(Error("[a.b]: 1"), StartsWith("1:"));
}

TEST(PolicyTextTest, WhatIsQuotedBreaksNoLineAndSteersNoTerminal) {
  EXPECT_EQ(Error("\x7f"), "1:1: Expected identifier, got: ?");
  EXPECT_THAT(Error("grants { users: 'a\nb' nonsense: 'a\nb' }"), Not(HasSubstr("\n")));
}

TEST(PolicyTextTest, WhatIsNotUtf8IsRefusedWhereItStands) {
  EXPECT_EQ(Error("# ok\n# \xC3\xB6 \xFF\n"), "2:6: not UTF-8");
  EXPECT_EQ(GrantError(R"(principals: "cn:a" permissions: ENCRYPT users: "\xff")"),
            R"(1:49: grant 1: "\377" is not UTF-8)");
  EXPECT_EQ(GrantError(R"(principals: "cn:\377")"), R"(1:9: grant 1: "cn:\377" is not UTF-8)");
}

TEST(PolicyTextTest, AGrantThatGrantsNothingIsRefused) {
  EXPECT_EQ(GrantError(""), "1:1: grant 1 has no principals");
  EXPECT_EQ(GrantError(R"(principals: "cn:a" users: "u")"), "1:1: grant 1 has no permissions");
  EXPECT_EQ(GrantError(R"(principals: "cn:a" permissions: ENCRYPT)"),
            "1:1: grant 1 has neither users nor the pool");
  EXPECT_EQ(GrantError(R"(principals: "cn:a" permissions: ENCRYPT pool: false)"),
            "1:1: grant 1 has neither users nor the pool");
  EXPECT_EQ(GrantError(R"(principals: "cn:a" permissions: [ENCRYPT, ADMIN] pool: true)"),
            "1:1: grant 1 has ADMIN, which is on users, and names none");
  EXPECT_EQ(Error(std::string(kGrant) + "\n  grants {}"), "3:3: grant 2 has no principals");
}

TEST(PolicyTextTest, APermissionThatThereIsNotIsRefused) {
  for (const auto* number : {"0", "7", "-1", "PERMISSION_UNSPECIFIED"}) {
    EXPECT_THAT(GrantError(std::string("principals: 'cn:a' users: 'u' permissions: ") + number),
                StartsWith("1:39: grant 1: there is no permission "));
  }
}

TEST(PolicyTextTest, APatternThatMatchesNoOneIsRefused) {
  for (const auto* principal :
       {"alice", "Loopback", "dns:A.example.org", "dns:*.Example.org", "svc*", "http://*",
        "spiffe://example.org", "spiffe://a/b c", "unix:", "loopback-*", "dns:\\001*"}) {
    EXPECT_THAT(GrantError(std::string("principals: '") + principal + "'"),
                StartsWith("1:9: grant 1: \""))
        << principal;
  }
  for (const auto* principal : {"*", "**", "s*", "spiffe*", "spiffe://*/billing", "dns:*", "d*.org",
                                "cn:*", "unix:/run/*", "loop*", "anonymous", "*:a"}) {
    EXPECT_EQ(
        GrantError(std::string("permissions: EXPORT pool: true principals: '") + principal + "'"),
        "taken")
        << principal;
  }
  const auto user_error = [](const std::string& user) {
    return GrantError("principals: '*' permissions: EXPORT users: '" + user + "'");
  };
  EXPECT_THAT(user_error(""), StartsWith("1:45: grant 1: \"\" is empty"));
  EXPECT_THAT(user_error("a\\000b"), StartsWith("1:45: grant 1: \"a\\000b\" has a NUL"));
  EXPECT_THAT(user_error(std::string(257, 'u')), StartsWith("1:45: grant 1: \"uuu"));
  EXPECT_EQ(user_error(std::string(256, 'u') + "*"), "taken");
}

TEST(PolicyTextTest, WhatIsThereTwiceIsRefused) {
  EXPECT_EQ(GrantError("principals: 'cn:a'\nprincipals: 'cn:a'"),
            "2:1: grant 1: \"cn:a\" is there twice");
  EXPECT_EQ(GrantError("principals: ['cn:a', 'cn:a']"), "1:9: grant 1: \"cn:a\" is there twice");
  EXPECT_EQ(GrantError("principals: '*' permissions: [EXPORT, EXPORT]"),
            "1:25: grant 1: EXPORT is there twice");
  EXPECT_EQ(GrantError("principals: '*' permissions: EXPORT users: 'a*' users: 'b' users: 'a**'"),
            "1:68: grant 1: \"a**\" is there twice");
  EXPECT_EQ(Error(std::string(kGrant) + kGrant), "2:1: grant 2 says the same as grant 1");
}

TEST(PolicyTextTest, ALimitThatLimitsNothingIsRefused) {
  EXPECT_EQ(LimitError("calls_at_once: 1"), "2:1: limit 1 has no principals");
  EXPECT_EQ(LimitError("principals: '*'"),
            "2:1: limit 1 has neither calls_per_second nor calls_at_once");
  for (const auto* rate : {"0", "-1", "0.0009", "1000001", "nan", "inf", "-inf"}) {
    EXPECT_EQ(LimitError(std::string("principals: '*' calls_per_second: ") + rate),
              "2:25: limit 1: calls_per_second is 0.001 to 1000000")
        << rate;
  }
  EXPECT_EQ(LimitError("principals: '*' calls_at_once: 0"),
            "2:25: limit 1: calls_at_once is at least 1");
  EXPECT_EQ(LimitError("principals: '*' calls_at_once: 1 burst: 2"),
            "2:42: limit 1: burst needs calls_per_second");
  EXPECT_EQ(LimitError("principals: '*' calls_per_second: 1 burst: 0"),
            "2:45: limit 1: burst is 1 to 1000000");
}

TEST(PolicyTextTest, ALimitBehindAnotherForTheSameIsRefused) {
  const std::string first = "principals: 'cn:a' calls_at_once: 1 }\n";
  EXPECT_EQ(LimitError(first + "limits { principals: 'cn:a' calls_at_once: 2 "),
            "3:1: limit 2 never holds for \"cn:a\": limit 1 comes first");
  EXPECT_EQ(
      LimitError(
          "principals: '*' calls_at_once: 1 }\nlimits { principals: 'cn:b' calls_at_once: 2 "),
      "3:1: limit 2 never holds for \"cn:b\": limit 1 comes first");
  EXPECT_EQ(LimitError(first + "limits { principals: '*' calls_at_once: 2 "), "taken");
}

TEST(PolicyTextTest, AnEmptyFileIsNoPolicy) {
  for (const auto* text : {"", "\n", "# nothing\n"}) {
    EXPECT_EQ(Error(text), "1:1: there is no grant: it would deny everything");
  }
}

TEST(PolicyTextTest, RulesInAListAreNumberedAndPlacedToo) {
  const auto rules = ParsePolicyText(
      "grants: [{ principals: 'cn:a' permissions: EXPORT pool: true },\n"
      "         { principals: 'cn:b' permissions: EXPORT pool: true }]");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_THAT(rules->grants, SizeIs(2));
  EXPECT_EQ(rules->grants[1].line, 1);
  EXPECT_EQ(Error("grants: [{ principals: 'cn:a' permissions: EXPORT pool: true },\n"
                  "         { principals: 'b' permissions: EXPORT pool: true }]")
                .substr(0, 19),
            "2:12: grant 2: \"b\" ");
}

}  // namespace
}  // namespace keyward::auth
