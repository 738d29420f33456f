#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "keyward/tokens.h"
#include "tests/client/cli_fixture.h"

namespace keyward::client {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST_F(CliTest, WhatEncryptPrintsDecryptOpens) {
  for (const std::vector<std::string>& scope : {std::vector<std::string>{"--user", "alice"},
                                                {"--pool"},
                                                {"--user", "-"},
                                                {"--user=-x"},
                                                {"--user", "[a,b]"},
                                                {"--user", "spaces and 'quotes' \"x\""}}) {
    std::vector<std::string> encrypt{"encrypt"}, decrypt{"decrypt"};
    encrypt.insert(encrypt.end(), scope.begin(), scope.end());
    decrypt.insert(decrypt.end(), scope.begin(), scope.end());
    const ProgramResult sealed = Keyward(encrypt, "sk-test-123");
    ASSERT_THAT(sealed, Ends(0, AllOf(StartsWith("v2:"), EndsWith("\n")), ""));
    EXPECT_THAT(Keyward(decrypt, sealed.output), Ends(0, "sk-test-123\n", ""));
  }
  EXPECT_EQ(server_.service().last_decrypt().user_id(), "spaces and 'quotes' \"x\"");
}

TEST_F(CliTest, TheFormatOfATokenCanBeAskedFor) {
  for (const std::string format : {"v2", "v3"}) {
    const ProgramResult sealed = Keyward({"encrypt", "--pool", "--format", format}, "sk");
    ASSERT_THAT(sealed, Ends(0, StartsWith(format + ":"), ""));
    EXPECT_THAT(Keyward({"decrypt", "--pool"}, sealed.output), Ends(0, "sk\n", ""));
  }
  EXPECT_THAT(Keyward({"encrypt", "--pool", "--format", "sk-secret"}, "sk"),
              Ends(2, "", "keyward: USAGE: --format takes v2 or v3 (see keyward --help)\n"));
  EXPECT_THAT(Keyward({"decrypt", "--pool", "--format", "v3"}, "v3:AAAA"), Ends(2, "", _));
}

TEST_F(CliTest, APlaintextIsTakenByteForByteAndATokenIsTrimmed) {
  const std::string plaintext(" \0\xff\n sk \t", 9);
  const ProgramResult sealed = Keyward({"encrypt", "--pool"}, plaintext);
  EXPECT_THAT(Keyward({"decrypt", "--pool", "--raw"}, " \r\n" + sealed.output + "\t\n"),
              Ends(0, plaintext, ""));
}

TEST_F(CliTest, APlaintextThatEndsInANewlineIsSealedWithAWarning) {
  const ProgramResult sealed = Keyward({"encrypt", "--user", "alice"}, "secret\n");
  EXPECT_THAT(sealed,
              Ends(0, StartsWith("v2:"),
                   "keyward: warning: the plaintext ends in a newline, which is part of it\n"));
  EXPECT_THAT(Keyward({"decrypt", "--user", "alice", "--raw"}, sealed.output),
              Ends(0, "secret\n", ""));
  EXPECT_THAT(Keyward({"decrypt", "--user", "alice"}, sealed.output),
              Ends(0, "secret\n\n", HasSubstr("ends in a newline")));
}

TEST_F(CliTest, InputAndAssociatedDataComeFromFilesToo) {
  const std::string secret = folder_.Write("secret", "from a file");
  const std::string purpose = folder_.Write("purpose", "billing\n");
  const ProgramResult sealed = Keyward(
      {"encrypt", "--user", "alice", "--in", secret, "--associated-data-file", purpose}, "ignored");
  ASSERT_THAT(sealed, Ends(0, StartsWith("v2:"), ""));
  const std::string token = folder_.Write("token", sealed.output);
  EXPECT_THAT(
      Keyward({"decrypt", "--user", "alice", "--in", token, "--associated-data", "billing\n"}),
      Ends(0, "from a file\n", ""));
  EXPECT_THAT(Keyward({"decrypt", "--user", "alice", "--in", token}),
              Ends(1, "", HasSubstr("DECRYPTION_FAILED")));
}

TEST_F(CliTest, LegacyPlaintextComesBackUntrimmedWhereItIsAllowed) {
  EXPECT_THAT(
      Keyward({"decrypt", "--user", "a", "--allow-legacy-plaintext", "--raw"}, " sk-old \n"),
      Ends(0, " sk-old \n", ""));
  const ProgramResult sealed = Keyward({"encrypt", "--user", "a"}, "new");
  EXPECT_THAT(Keyward({"decrypt", "--user", "a", "--allow-legacy-plaintext"}, sealed.output + " "),
              Ends(0, "new\n", ""));
}

TEST_F(CliTest, JsonNamesWhatTheAnswerHolds) {
  const ProgramResult sealed = Keyward({"encrypt", "--user", "a", "--json"}, "\"ö\"\x01");
  EXPECT_THAT(sealed,
              Ends(0, MatchesRegex("\\{\"token\":\"v2:[^\"]*\",\"key_version\":1\\}\n"), ""));
  const std::string token = Keyward({"encrypt", "--user", "a"}, "\"ö\"\x01").output;
  EXPECT_THAT(Keyward({"--json", "decrypt", "--user", "a"}, token),
              Ends(0,
                   "{\"plaintext\":\"\\\"ö\\\"\\u0001\",\"plaintext_base64\":\"IsO2IgE=\","
                   "\"key_version\":1,\"legacy_plaintext\":false,\"stale\":true}\n",
                   ""));
  const std::string binary = Keyward({"encrypt", "--pool"}, "\xff\xfe").output;
  EXPECT_THAT(Keyward({"decrypt", "--pool", "--json", "--raw"}, binary),
              Ends(0,
                   "{\"plaintext_base64\":\"//4=\",\"key_version\":0,"
                   "\"kek_id\":\"0123456789abcdef\",\"legacy_plaintext\":false,\"stale\":true}",
                   ""));
}

TEST_F(CliTest, StatusShowsEveryField) {
  EXPECT_THAT(Keyward({"status"}),
              Ends(0,
                   "version: 9.8.7\nencryption_enabled: true\nkek_id: 0123456789abcdef\n"
                   "store: sqlite\nmax_user_id_bytes: 256\nmax_plaintext_bytes: 1048576\n"
                   "max_associated_data_bytes: 65536\nmax_batch_items: 1000\n"
                   "max_batch_bytes: 2097152\ntoken_format: v3\n",
                   ""));
  EXPECT_THAT(Keyward({"status", "--json"}),
              Ends(0,
                   "{\"version\":\"9.8.7\",\"encryption_enabled\":true,"
                   "\"kek_id\":\"0123456789abcdef\",\"store\":\"sqlite\",\"limits\":{"
                   "\"max_user_id_bytes\":256,\"max_plaintext_bytes\":1048576,"
                   "\"max_associated_data_bytes\":65536,\"max_batch_items\":1000,"
                   "\"max_batch_bytes\":2097152},\"token_format\":\"v3\"}\n",
                   ""));
}

TEST_F(CliTest, KeysAreShownInHex) {
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "4b";
  EXPECT_THAT(Keyward({"user-key", "--user", "alice", "--version", "7"}), Ends(0, hex + "\n", ""));
  EXPECT_EQ(server_.service().last_user_key().version(), 7u);
  EXPECT_THAT(Keyward({"user-key", "--user", "alice", "--json"}),
              Ends(0,
                   "{\"key\":\"" + hex +
                       "\",\"version\":1,\"created\":false,"
                       "\"create_time\":\"2023-11-14T22:13:20.25Z\"}\n",
                   ""));
  EXPECT_THAT(Keyward({"pool-key"}), Ends(0, hex + "\n", ""));
  EXPECT_THAT(Keyward({"pool-key", "--json"}),
              Ends(0, "{\"key\":\"" + hex + "\",\"kek_id\":\"0123456789abcdef\"}\n", ""));
}

TEST_F(CliTest, HashIsEncryptedAndGenkeyAskNoServer) {
  EXPECT_THAT(Keyward({"hash"}, "sk-test"), Ends(0, ApiKeyHash("sk-test") + "\n", ""));
  EXPECT_THAT(Keyward({"hash", "--raw"}, "sk\n"),
              Ends(0, ApiKeyHash("sk\n"), HasSubstr("the API key ends in a newline")));
  EXPECT_THAT(Keyward({"is-encrypted"}, "v2:AAAA\n"), Ends(0, "yes\n", ""));
  EXPECT_THAT(Keyward({"is-encrypted"}, "v3:AAAA"), Ends(0, "yes\n", ""));
  EXPECT_THAT(Keyward({"is-encrypted"}, "sk-test"), Ends(1, "no\n", ""));
  EXPECT_THAT(Keyward({"is-encrypted"}, ""), Ends(1, "no\n", ""));
  EXPECT_THAT(Keyward({"is-encrypted", "--json"}, " v2:AAAA"),
              Ends(1, "{\"encrypted\":false}\n", ""));
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(CliTest, GenkeyPrintsThirtyTwoBytesAndNeverTheSame) {
  const ProgramResult first = Keyward({"genkey"});
  EXPECT_THAT(first, Ends(0, MatchesRegex("[A-Za-z0-9_-]*=\n"), ""));
  EXPECT_EQ(first.output.size(), 45u);
  EXPECT_NE(Keyward({"genkey"}).output, first.output);
  EXPECT_THAT(Keyward({"genkey", "--json"}),
              Ends(0, MatchesRegex("\\{\"master_key\":\"[A-Za-z0-9_-]*=\"\\}\n"), ""));
}

}  // namespace
}  // namespace keyward::client
