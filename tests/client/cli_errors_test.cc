#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/client/cli_fixture.h"
#include "tests/client/test_certificates.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

grpc::Status NotFound() {
  return Failure(grpc::StatusCode::NOT_FOUND, "USER_KEY_NOT_FOUND", "the user\nhas no \x1b[31mkey");
}

TEST_F(CliTest, ARefusedCallIsOneLineWithItsReason) {
  server_.service().FailNext(1, NotFound());
  EXPECT_THAT(Keyward({"decrypt", "--user", "bob"}, "v2:AAAA"),
              Ends(1, "",
                   AllOf(StartsWith("keyward: USER_KEY_NOT_FOUND: the user has no  [31mkey ("),
                         MatchesRegex("[^\n]*\n"))));
}

TEST_F(CliTest, ARefusedCallIsAnObjectInJson) {
  server_.service().FailNext(1, NotFound());
  EXPECT_THAT(
      Keyward({"decrypt", "--user", "bob", "--json"}, "v2:AAAA"),
      Ends(1, "",
           StartsWith("{\"error\":{\"code\":\"NOT_FOUND\",\"reason\":\"USER_KEY_NOT_FOUND\","
                      "\"message\":\"the user\\u000ahas no \\u001b[31mkey\",\"hint\":\"")));
  server_.service().FailNext(1, NotFound());
  EXPECT_THAT(Keyward({"decrypt", "--user", "bob", "--json"}, "v2:AAAA"),
              Ends(1, "", EndsWith("\"request_id\":\"request-7\"}}\n")));
}

TEST_F(CliTest, AnErrorWithoutAReasonIsNamedByItsCode) {
  server_.service().FailNext(1, grpc::Status(grpc::StatusCode::INTERNAL, "broken"));
  EXPECT_THAT(Keyward({"status"}), Ends(1, "", "keyward: INTERNAL: broken\n"));
}

TEST_F(CliTest, AServerThatIsNotThereIsNamed) {
  const std::string address = "unix:" + folder_.Path("nothing.sock");
  EXPECT_THAT(Keyward({"status", "--address", address}),
              Ends(1, "",
                   AllOf(StartsWith("keyward: UNAVAILABLE: cannot connect to " + address +
                                    ": is the server running?"),
                         MatchesRegex("[^\n]*\n"))));
}

TEST_F(CliTest, AnAnswerThatDoesNotComeEndsWithTheDeadline) {
  server_.service().SetHanging(true);
  const ProgramResult result = Keyward({"status", "--deadline", "200ms"});
  server_.service().SetHanging(false);
  EXPECT_THAT(result, Ends(1, "",
                           StartsWith("keyward: DEADLINE_EXCEEDED: no answer from " +
                                      server_.address() + " within 200ms")));
}

TEST_F(CliTest, UsageErrorsEndWithTwoAndAskNoServer) {
  const struct {
    std::vector<std::string> arguments;
    std::string says;
  } cases[] = {
      {{}, "keyward takes a command: "},
      {{"frobnicate"}, "keyward takes a command: "},
      {{"key", "show", "--user", "a"}, "key takes a command: get, list, "},
      {{"encrypt"}, "--user ID or --pool"},
      {{"verify"}, "a DATABASE, --store sqlite:PATH, or --online"},
      {{"verify", "--online", "keys.db"}, "--online and DATABASE exclude"},
      {{"user-key"}, "user-key needs --user ID (see"},
      {{"encrypt", "--user", "a", "--pool"}, "exclude"},
      {{"encrypt", "--pool", "--associated-data", "x", "--associated-data-file", "y"}, "excludes"},
      {{"encrypt", "--pool", "--associated-data-file", "/no/such/file"}, "/no/such/file"},
      {{"encrypt", "--pool", "--in", "/no/such/file"}, "/no/such/file"},
      {{"is-encrypted", "--in", "/"}, "cannot read /"},
      {{"user-key", "--user", "a", "--version", "-1"}, "--version"},
      {{"status", "--deadline", "5"}, "--deadline"},
      {{"status", "--deadline", "-5s"}, "--deadline"},
      {{"status", "--tls_cert", "c", "--tls_key", "k"}, "--tls_ca"},
      {{"status", "--tls_ca", "/no/such/file"}, "/no/such/file"},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(
        Keyward(each.arguments, "x"),
        Ends(2, "",
             AllOf(StartsWith("keyward: USAGE: "), HasSubstr(each.says), MatchesRegex("[^\n]*\n"))))
        << each.says;
  }
  EXPECT_THAT(
      Keyward({"encrypt", "--json"}, "x"),
      Ends(2, "", StartsWith("{\"error\":{\"code\":\"INVALID_ARGUMENT\",\"reason\":\"USAGE\"")));
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(CliTest, AnArgumentTooManyIsNotRepeatedSinceItMayBeASecret) {
  EXPECT_THAT(Keyward({"encrypt", "--user", "a", "sk-secret"}),
              Ends(2, "", AllOf(HasSubstr("USAGE"), Not(HasSubstr("sk-secret")))));
  EXPECT_THAT(Keyward({"key", "sk-secret"}),
              Ends(2, "", AllOf(HasSubstr("USAGE"), Not(HasSubstr("sk-secret")))));
}

TEST_F(CliTest, AValueThatAnOptionDoesNotTakeIsNotRepeatedEither) {
  EXPECT_THAT(Keyward({"encrypt", "--user", "a", "--raw=sk-secret"}),
              Ends(2, "", AllOf(HasSubstr("--raw"), Not(HasSubstr("sk-secret")))));
}

TEST_F(CliTest, AResultThatCannotBeWrittenIsAnError) {
  EXPECT_THAT(
      RunProgram({"sh", "-c", "printf v2:x | \"$0\" is-encrypted > /dev/full", KEYWARD_CLI}),
      Ends(2, "", HasSubstr("CANNOT_WRITE")));
}

TEST_F(CliTest, InputThatDoesNotEndIsRefused) {
  EXPECT_THAT(Keyward({"hash", "--in", "/dev/zero"}),
              Ends(2, "", HasSubstr("/dev/zero is larger than 16 MiB")));
}

TEST_F(CliTest, EveryHelpShowsAnExample) {
  EXPECT_THAT(Keyward({"--help"}), Ends(0, HasSubstr("Example:\n  token=$("), ""));
  for (const std::string verb :
       {"genkey",       "status",  "encrypt", "decrypt", "user-key",   "pool-key", "hash",
        "is-encrypted", "certs",   "policy",  "verify",  "rewrap",     "key",      "kek",
        "backup",       "restore", "import",  "legacy",  "completion", "man"}) {
    const ProgramResult help = Keyward({verb, "--help"});
    EXPECT_EQ(help.exit_status, 0) << verb;
    const std::size_t example = help.output.find("\nExample:\n");
    ASSERT_NE(example, std::string::npos) << verb;
    EXPECT_THAT(help.output.substr(example), HasSubstr("keyward ")) << verb;
    EXPECT_THAT(help.output.substr(example), HasSubstr(verb));
  }
  EXPECT_THAT(Keyward({"--version"}), Ends(0, MatchesRegex("keyward [0-9.]*\n"), ""));
}

TEST(CliEnvironmentTest, TlsIsSetByTheEnvironmentAndAnOptionWins) {
  const TemporaryFolder folder;
  const Certificate identity = MakeSelfSignedCertificate("both");
  const std::string certificate = folder.Write("cert.pem", identity.certificate);
  const std::string key = folder.Write("key.pem", identity.key);
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = identity.certificate;
  options.pem_key_cert_pairs = {{identity.key, identity.certificate}};
  const FakeServer server("127.0.0.1:0", grpc::SslServerCredentials(options));
  const std::vector<std::string> environment{
      "KEYWARD_ADDRESS=" + server.address(), "KEYWARD_TLS_CA=" + certificate,
      "KEYWARD_TLS_CERT=" + certificate, "KEYWARD_TLS_KEY=" + key, "KEYWARD_DEADLINE=60s"};
  EXPECT_THAT(RunProgram({KEYWARD_CLI, "status"}, "", environment),
              Ends(0, HasSubstr("version: 9.8.7"), ""));
  EXPECT_THAT(RunProgram({KEYWARD_CLI, "status", "--tls_key", "/no/such/file"}, "", environment),
              Ends(2, "", HasSubstr("/no/such/file")));
}

}  // namespace
}  // namespace keyward::client
