#include "keyward/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "keyward/mocks/mock_connection.h"
#include "tests/client/fake_server.h"
#include "tests/client/temporary_folder.h"

namespace keyward::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Return;

constexpr std::string_view kBinary("a\0b\xff\n", 5);

class ClientTest : public ::testing::Test {
 protected:
  FakeServer server_;
  Client client_ = *Client::New({.address = server_.address()});
};

TEST_F(ClientTest, WhatEncryptSealsDecryptOpens) {
  for (const Scope& scope : {Scope::User("alice"), Scope::Pool(), Scope::User("用户")}) {
    const auto sealed = client_.Encrypt(scope, kBinary, "purpose");
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    const auto opened = client_.Decrypt(scope, sealed->token, {.associated_data = "purpose"});
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->plaintext, kBinary);
    EXPECT_EQ(opened->key_version, scope.is_pool() ? 0u : 1u);
    EXPECT_EQ(opened->kek_id, scope.is_pool() ? "0123456789abcdef" : "");
    EXPECT_EQ(opened->kek_id, sealed->kek_id);
    EXPECT_EQ(opened->key_version, sealed->key_version);
    EXPECT_TRUE(opened->stale);
    EXPECT_FALSE(opened->legacy_plaintext);
  }
}

TEST_F(ClientTest, DecryptFailsUnderAnotherScopeOrOtherAssociatedData) {
  const auto sealed = client_.Encrypt(Scope::User("alice"), "secret");
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const DecryptOptions other{.associated_data = "other"};
  for (const auto& opened : {client_.Decrypt(Scope::User("bob"), sealed->token),
                             client_.Decrypt(Scope::Pool(), sealed->token),
                             client_.Decrypt(Scope::User("alice"), sealed->token, other)}) {
    EXPECT_EQ(opened.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ErrorReason(opened.status()), "DECRYPTION_FAILED");
  }
}

TEST_F(ClientTest, AnErrorTellsWhatTheServersLogsKnowTheCallBy) {
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::NOT_FOUND, "USER_KEY_NOT_FOUND", "no such user"));
  const absl::Status status = client_.Decrypt(Scope::User("bob"), "v2:AAAA").status();
  EXPECT_EQ(RequestId(status), kRequestId);
  EXPECT_EQ(ErrorReason(status), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(RequestId(absl::NotFoundError("made here")), "");
}

TEST_F(ClientTest, LegacyPlaintextComesBackWhereItIsAllowed) {
  const auto opened =
      client_.Decrypt(Scope::User("alice"), "sk-old", {.allow_legacy_plaintext = true});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->plaintext, "sk-old");
  EXPECT_TRUE(opened->legacy_plaintext);
  EXPECT_TRUE(server_.service().last_decrypt().allow_legacy_plaintext());
}

TEST_F(ClientTest, GetOrCreateUserKeyGivesTheKeyAndItsVersion) {
  const auto key = client_.GetOrCreateUserKey("alice", 3);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->key.ExposeSecret(), std::string(32, 'K'));
  EXPECT_EQ(key->version, 3u);
  EXPECT_TRUE(key->created);
  EXPECT_EQ(key->create_time, absl::FromUnixMillis(1700000000250));
  EXPECT_EQ(server_.service().last_user_key().user_id(), "alice");
  EXPECT_FALSE(client_.GetOrCreateUserKey("alice")->created);
  EXPECT_EQ(server_.service().last_user_key().version(), 0u);
}

TEST_F(ClientTest, AKeyOfTheWrongSizeIsAnError) {
  server_.service().SetKey("short");
  EXPECT_EQ(client_.PoolKey().status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(client_.GetOrCreateUserKey("alice").status().code(), absl::StatusCode::kInternal);
}

TEST_F(ClientTest, PoolKeyHashAndStatusComeThrough) {
  const auto pool = client_.PoolKey();
  ASSERT_TRUE(pool.ok()) << pool.status();
  EXPECT_EQ(pool->key.ExposeSecret(), std::string(32, 'K'));
  EXPECT_EQ(pool->kek_id, "0123456789abcdef");
  EXPECT_EQ(*client_.HashApiKey("sk-test"), ApiKeyHash("sk-test"));
  const auto status = client_.GetStatus();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->version, "9.8.7");
  EXPECT_TRUE(status->encryption_enabled);
  EXPECT_EQ(status->kek_id, "0123456789abcdef");
  EXPECT_EQ(status->store, "sqlite");
  EXPECT_EQ(status->limits.max_user_id_bytes, 256u);
  EXPECT_EQ(status->limits.max_plaintext_bytes, 1u << 20);
  EXPECT_EQ(status->limits.max_associated_data_bytes, 64u << 10);
  EXPECT_EQ(status->limits.max_batch_items, 1000u);
  EXPECT_EQ(status->limits.max_batch_bytes, 2u << 20);
  EXPECT_EQ(status->token_format, TokenFormat::kV3);
}

TEST_F(ClientTest, AServerThatTellsNoTokenFormatWritesV2) {
  server_.service().SetTokenFormat(v1::TOKEN_FORMAT_UNSPECIFIED);
  EXPECT_EQ(client_.GetStatus()->token_format, TokenFormat::kV2);
}

TEST_F(ClientTest, ATokenHasTheFormatThatWasAskedFor) {
  for (const auto& [format, prefix] : {std::pair(TokenFormat::kV3, kEncryptedPrefixV3),
                                       std::pair(TokenFormat::kV2, kEncryptedPrefix),
                                       std::pair(TokenFormat::kServerDefault, kEncryptedPrefix)}) {
    const auto sealed = client_.Encrypt(Scope::Pool(), "secret", "", format);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_TRUE(sealed->token.starts_with(prefix));
    EXPECT_EQ(client_.Decrypt(Scope::Pool(), sealed->token)->plaintext, "secret");
  }
}

TEST_F(ClientTest, WhatIsNotUtf8IsRefusedBeforeItIsSent) {
  EXPECT_EQ(ErrorReason(client_.Encrypt(Scope::User("\xff"), "x").status()), "INVALID_REQUEST");
  EXPECT_EQ(ErrorReason(client_.GetOrCreateUserKey("\xff").status()), "INVALID_REQUEST");
  EXPECT_EQ(ErrorReason(client_.HashApiKey("\xff").status()), "INVALID_REQUEST");
  EXPECT_EQ(ErrorReason(client_.Decrypt(Scope::Pool(), "\xff").status()), "TOKEN_MALFORMED");
  const DecryptOptions legacy{.allow_legacy_plaintext = true};
  EXPECT_EQ(ErrorReason(client_.Decrypt(Scope::Pool(), "\xff", legacy).status()),
            "INVALID_REQUEST");
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(ClientTest, CopiesServeManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([client = client_, user = "user-" + std::to_string(i)] {
      for (int call = 0; call < 50; ++call) {
        const auto sealed = client.Encrypt(Scope::User(user), user);
        ASSERT_TRUE(sealed.ok()) << sealed.status();
        EXPECT_EQ(client.Decrypt(Scope::User(user), sealed->token)->plaintext, user);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server_.service().calls(), 800);
}

TEST(ClientAddressTest, AUnixSocketServes) {
  const TemporaryFolder folder;
  FakeServer server("unix:" + folder.Path("keyward.sock"), grpc::InsecureServerCredentials());
  const auto client = Client::New({.address = server.address()});
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->GetStatus()->version, "9.8.7");
}

TEST(ClientAddressTest, AServerThatIsNotThereIsUnavailableWithoutAReason) {
  const TemporaryFolder folder;
  const auto client = Client::New({.address = "unix:" + folder.Path("nothing.sock")});
  ASSERT_TRUE(client.ok()) << client.status();
  const absl::Status status = client->GetStatus().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), "");
  EXPECT_EQ(RequestId(status), "");
}

TEST(ClientOptionsTest, OptionsThatMakeNoSenseAreRefused) {
  const struct {
    ClientOptions options;
    std::string names;
  } cases[] = {
      {{.address = ""}, "address"},
      {{.deadline = absl::ZeroDuration()}, "deadline"},
      {{.retry = {.max_attempts = 0}}, "max_attempts"},
      {{.retry = {.max_attempts = 6}}, "max_attempts"},
      {{.retry = {.initial_backoff = absl::ZeroDuration()}}, "back-off"},
      {{.retry = {.max_backoff = absl::Milliseconds(1)}}, "back-off"},
      {{.tls = TlsOptions{.cert_file = "cert.pem"}}, "key_file"},
      {{.tls = TlsOptions{.ca_file = "/no/such/ca.pem"}}, "/no/such/ca.pem"},
  };
  for (const auto& each : cases) {
    const absl::Status status = Client::New(each.options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.names;
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.names));
  }
}

TEST(MockConnectionTest, AProgramsOwnTestsNeedNoServer) {
  auto connection = std::make_shared<MockConnection>();
  EXPECT_CALL(*connection, Encrypt(Scope::User("alice"), std::string_view("secret"),
                                   std::string_view("ad"), TokenFormat::kServerDefault))
      .WillOnce(Return(EncryptResult{.token = "v2:made-up", .key_version = 1}));
  const Client client(connection);
  EXPECT_EQ(client.Encrypt(Scope::User("alice"), "secret", "ad")->token, "v2:made-up");
}

}  // namespace
}  // namespace keyward::client
