#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/client/cli_fixture.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class CliPolicyTest : public CliTest {
 protected:
  ProgramResult Test(std::vector<std::string> question) const {
    question.insert(question.begin(), {"policy", "test", file_});
    return Keyward(question);
  }

  const std::string file_ = folder_.Write("policy.txtpb", R"(
grants {
  principals: "dns:*.example.org"
  permissions: [ENCRYPT, DECRYPT]
  users: "customer-*"
}
grants { principals: "loopback" permissions: [EXPORT, ADMIN] users: "*" pool: true }
limits { principals: "*" calls_per_second: 10 }
)");
};

TEST_F(CliPolicyTest, CheckCountsTheRulesOfAGoodFile) {
  EXPECT_THAT(Keyward({"policy", "check", file_}), Ends(0, "OK: 2 grants, 1 limit\n", IsEmpty()));
  EXPECT_THAT(Keyward({"policy", "check", file_, "--json"}),
              Ends(0, "{\"grants\":2,\"limits\":1}\n", IsEmpty()));
}

TEST_F(CliPolicyTest, CheckSaysWhereABadFileIsWrong) {
  const std::string bad = folder_.Write("bad", "grants {\n  principal: \"loopback\"\n}\n");
  EXPECT_THAT(Keyward({"policy", "check", bad}),
              Ends(1, IsEmpty(),
                   AllOf(StartsWith("keyward: INVALID_POLICY: " + bad + ":2:3: "),
                         HasSubstr("\"principal\""))));
  EXPECT_THAT(Keyward({"policy", "check", folder_.Path("none")}),
              Ends(1, IsEmpty(), HasSubstr(folder_.Path("none") + ": ")));
}

TEST_F(CliPolicyTest, TestNamesTheGrantThatAllows) {
  EXPECT_THAT(Test({"dns:a.example.org", "decrypt", "customer-7"}),
              Ends(0, "allowed (grant 1, line 2)\n", IsEmpty()));
  EXPECT_THAT(Test({"loopback", "export", "--pool"}),
              Ends(0, "allowed (grant 2, line 7)\n", IsEmpty()));
  EXPECT_THAT(Test({"loopback", "admin", "*"}), Ends(0, HasSubstr("allowed"), IsEmpty()));
  EXPECT_THAT(Test({"loopback", "export", "alice", "--json"}),
              Ends(0, "{\"allowed\":true,\"grant\":2,\"line\":7}\n", IsEmpty()));
}

TEST_F(CliPolicyTest, TestSaysNoWhereNoGrantAllows) {
  EXPECT_THAT(Test({"dns:a.example.org", "decrypt", "alice"}),
              Ends(1, "denied (no grant allows it)\n", IsEmpty()));
  EXPECT_THAT(Test({"dns:a.example.org", "decrypt", "--pool"}),
              Ends(1, HasSubstr("denied"), IsEmpty()));
  EXPECT_THAT(Test({"cn:a.example.org", "decrypt", "customer-7", "--json"}),
              Ends(1, "{\"allowed\":false}\n", IsEmpty()));
}

TEST_F(CliPolicyTest, WhatCannotBeAskedIsUsage) {
  EXPECT_THAT(Test({"loopback", "read", "alice"}),
              Ends(2, IsEmpty(), HasSubstr("legacy_plaintext")));
  EXPECT_THAT(Test({"alice", "export", "alice"}), Ends(2, IsEmpty(), HasSubstr("spiffe://")));
  EXPECT_THAT(Test({"loopback", "export"}), Ends(2, IsEmpty(), HasSubstr("USER or --pool")));
  EXPECT_THAT(Test({"loopback", "export", "alice", "--pool"}),
              Ends(2, IsEmpty(), HasSubstr("--pool")));
  EXPECT_THAT(Keyward({"policy"}), Ends(2, IsEmpty(), HasSubstr("USAGE")));
  EXPECT_THAT(Keyward({"policy", "test", folder_.Path("none"), "loopback", "export", "alice"}),
              Ends(2, IsEmpty(), HasSubstr("INVALID_POLICY")));
}

TEST_F(CliPolicyTest, HelpTellsOfTheQuestion) {
  EXPECT_THAT(Keyward({"policy", "--help"}), Ends(0, HasSubstr("keyward policy test"), IsEmpty()));
  EXPECT_THAT(Keyward({"policy", "test", "--help"}),
              Ends(0, AllOf(HasSubstr("PRINCIPAL"), HasSubstr("PERMISSION")), IsEmpty()));
}

}  // namespace
}  // namespace keyward::client
