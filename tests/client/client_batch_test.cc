#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "keyward/client.h"
#include "keyward/mocks/mock_connection.h"
#include "tests/client/fake_server.h"

namespace keyward::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Return;
using ::testing::SizeIs;

class ClientBatchTest : public ::testing::Test {
 protected:
  FakeServer server_;
  Client client_ = *Client::New({.address = server_.address()});
};

TEST_F(ClientBatchTest, WhatABatchSealsABatchOpensInOrder) {
  const std::string binary("a\0b\xff\n", 5);
  const auto sealed = client_.BatchEncrypt({{Scope::User("alice"), "one"},
                                            {Scope::Pool(), binary},
                                            {Scope::User("用户"), "", "purpose"}});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  ASSERT_THAT(*sealed, SizeIs(3));
  const auto opened =
      client_.BatchDecrypt({{Scope::User("alice"), (*sealed)[0]->token},
                            {Scope::Pool(), (*sealed)[1]->token},
                            {Scope::User("用户"), (*sealed)[2]->token, {"purpose"}}});
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_THAT(*opened, SizeIs(3));
  EXPECT_EQ((*opened)[0]->plaintext, "one");
  EXPECT_EQ((*opened)[0]->key_version, 1u);
  EXPECT_EQ((*opened)[1]->plaintext, binary);
  EXPECT_EQ((*opened)[1]->kek_id, "0123456789abcdef");
  EXPECT_EQ((*opened)[2]->plaintext, "");
  EXPECT_TRUE((*opened)[2]->stale);
  EXPECT_THAT(server_.service().batch_sizes(), ElementsAre(3, 3));
}

TEST_F(ClientBatchTest, EachItemHasItsTokenFormat) {
  const auto sealed = client_.BatchEncrypt(
      {{Scope::Pool(), "one"},
       {.scope = Scope::Pool(), .plaintext = "two", .format = TokenFormat::kV3}});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_TRUE((*sealed)[0]->token.starts_with(kEncryptedPrefix));
  EXPECT_TRUE((*sealed)[1]->token.starts_with(kEncryptedPrefixV3));
}

TEST_F(ClientBatchTest, AnItemFailsAsItsCallWouldAndSpoilsNoOther) {
  const auto sealed = client_.BatchEncrypt(
      {{Scope::User("alice"), "one"}, {Scope::User("busy"), "two"}, {Scope::User("bob"), "three"}});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  ASSERT_THAT(*sealed, SizeIs(3));
  EXPECT_TRUE((*sealed)[0].ok() && (*sealed)[2].ok());
  const absl::Status busy = (*sealed)[1].status();
  EXPECT_EQ(busy.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(busy.message(), "busy");
  EXPECT_EQ(ErrorReason(busy), "STORE_UNAVAILABLE");
  EXPECT_EQ(RetryDelay(busy), absl::Milliseconds(1500));
  EXPECT_EQ(server_.service().calls(), 1) << "the call was answered, so it is not repeated";

  const auto opened = client_.BatchDecrypt({{Scope::User("bob"), (*sealed)[0]->token},
                                            {Scope::User("bob"), (*sealed)[2]->token},
                                            {Scope::User("x"), "sk-old", {"", true}}});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ((*opened)[0].status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason((*opened)[0].status()), "DECRYPTION_FAILED");
  EXPECT_EQ((*opened)[1]->plaintext, "three");
  EXPECT_TRUE((*opened)[2]->legacy_plaintext);
}

TEST_F(ClientBatchTest, WhatIsNotUtf8FailsByItselfAndIsNotSent) {
  const auto sealed =
      client_.BatchEncrypt({{Scope::User("\xff"), "one"}, {Scope::User("bob"), "two"}});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(ErrorReason((*sealed)[0].status()), "INVALID_REQUEST");
  ASSERT_TRUE((*sealed)[1].ok()) << (*sealed)[1].status();
  const auto opened = client_.BatchDecrypt({{Scope::User("bob"), "\xff"},
                                            {Scope::User("bob"), (*sealed)[1]->token},
                                            {Scope::User("bob"), "\xff", {"", true}}});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ErrorReason((*opened)[0].status()), "TOKEN_MALFORMED");
  EXPECT_EQ((*opened)[1]->plaintext, "two");
  EXPECT_EQ(ErrorReason((*opened)[2].status()), "INVALID_REQUEST");
  EXPECT_THAT(server_.service().batch_sizes(), ElementsAre(1, 1));
}

TEST_F(ClientBatchTest, WhereNothingIsToBeSentNothingIsAsked) {
  EXPECT_THAT(*client_.BatchEncrypt({}), SizeIs(0));
  EXPECT_THAT(*client_.BatchDecrypt({}), SizeIs(0));
  EXPECT_FALSE((*client_.BatchEncrypt({{Scope::User("\xff"), "x"}}))[0].ok());
  EXPECT_EQ(server_.service().calls(), 0);
}

TEST_F(ClientBatchTest, ABatchOverTheLimitsIsRefusedWhole) {
  const std::vector<EncryptItem> many(1001, {Scope::User("alice"), "x"});
  EXPECT_EQ(ErrorReason(client_.BatchEncrypt(many).status()), "INVALID_REQUEST");
  const std::vector<DecryptItem> large(3, {Scope::Pool(), std::string(1 << 20, 'A')});
  EXPECT_EQ(ErrorReason(client_.BatchDecrypt(large).status()), "INVALID_REQUEST");
  EXPECT_TRUE(client_.BatchEncrypt(absl::MakeConstSpan(many).subspan(1)).ok());
}

TEST_F(ClientBatchTest, AnAnswerWithTooFewResultsIsAnError) {
  server_.service().LeaveOutResults(1);
  const absl::Status status =
      client_.BatchEncrypt({{Scope::Pool(), "one"}, {Scope::Pool(), "two"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("2 items with 1 results"));
  EXPECT_EQ(client_.BatchDecrypt({{Scope::Pool(), "v2:"}}).status().code(),
            absl::StatusCode::kInternal);
}

TEST_F(ClientBatchTest, ALargeBatchIsTriedAgainLikeAnyCall) {
  server_.service().FailNext(1, Failure(grpc::StatusCode::UNAVAILABLE, "DRAINING", "going"));
  const auto sealed =
      client_.BatchEncrypt(std::vector<EncryptItem>(2, {Scope::Pool(), std::string(1000000, 'x')}));
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(server_.service().calls(), 2);
}

TEST_F(ClientBatchTest, ACallThatFailsFailsAsAWhole) {
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED", "not granted"));
  const absl::Status status = client_.BatchEncrypt({{Scope::Pool(), "one"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ErrorReason(status), "PERMISSION_DENIED");
}

TEST(MockConnectionTest, BatchesHaveTheirDoublesToo) {
  auto connection = std::make_shared<MockConnection>();
  EXPECT_CALL(*connection, BatchEncrypt(SizeIs(2)))
      .WillOnce(Return(EncryptResults{EncryptResult{.token = "v2:made-up"},
                                      absl::NotFoundError("made up too")}));
  const auto sealed =
      Client(connection).BatchEncrypt({{Scope::Pool(), "one"}, {Scope::Pool(), "two"}});
  EXPECT_EQ((*sealed)[0]->token, "v2:made-up");
  EXPECT_TRUE(absl::IsNotFound((*sealed)[1].status()));
}

}  // namespace
}  // namespace keyward::client
