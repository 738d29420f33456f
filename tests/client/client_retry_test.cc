#include <gtest/gtest.h>

#include <string>

#include "keyward/client.h"
#include "tests/client/fake_server.h"

namespace keyward::client {
namespace {

grpc::Status Draining() {
  return Failure(grpc::StatusCode::UNAVAILABLE, "DRAINING", "shutting down", "keyward", 1500);
}

class ClientRetryTest : public ::testing::Test {
 protected:
  // Short back-offs, so that the tests are quick; nothing here depends on how short.
  Client Make(int max_attempts) const {
    return *Client::New({.address = server_.address(),
                         .deadline = absl::Seconds(60),
                         .retry = {.max_attempts = max_attempts,
                                   .initial_backoff = absl::Milliseconds(1),
                                   .max_backoff = absl::Milliseconds(2)}});
  }

  FakeServer server_;
};

TEST_F(ClientRetryTest, UnavailableAndExhaustedAreTriedAgain) {
  server_.service().FailNext(2, Draining());
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED", "too much"));
  const auto sealed = Make(4).Encrypt(Scope::User("alice"), "secret");
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(server_.service().calls(), 4);
}

TEST_F(ClientRetryTest, TheLargestPlaintextIsTriedAgainToo) {
  server_.service().FailNext(1, Draining());
  const auto sealed = Make(2).Encrypt(Scope::User("alice"), std::string(1 << 20, 'x'));
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(server_.service().calls(), 2);
}

TEST_F(ClientRetryTest, TheLastErrorStaysWithItsReasonAndDelay) {
  server_.service().FailNext(9, Draining());
  const absl::Status status = Make(3).GetStatus().status();
  EXPECT_EQ(server_.service().calls(), 3);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "shutting down");
  EXPECT_EQ(ErrorReason(status), "DRAINING");
  EXPECT_EQ(RetryDelay(status), absl::Milliseconds(1500));
}

TEST_F(ClientRetryTest, OneAttemptIsOneAttempt) {
  server_.service().FailNext(1, Draining());
  EXPECT_EQ(Make(1).GetStatus().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.service().calls(), 1);
}

TEST_F(ClientRetryTest, OtherErrorsAreNotTriedAgain) {
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::NOT_FOUND, "USER_KEY_NOT_FOUND", "the user has no key"));
  const absl::Status status = Make(4).Decrypt(Scope::User("bob"), "v2:AAAA").status();
  EXPECT_EQ(server_.service().calls(), 1);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(status), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(RetryDelay(status), std::nullopt);
}

TEST_F(ClientRetryTest, AReasonOfAnotherDomainIsNotKeywards) {
  server_.service().FailNext(
      1, Failure(grpc::StatusCode::PERMISSION_DENIED, "BLOCKED", "by a proxy", "example.org"));
  const absl::Status status = Make(1).GetStatus().status();
  EXPECT_EQ(ErrorReason(status), "");
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo").has_value());
}

TEST_F(ClientRetryTest, DetailsThatCannotBeReadCostOnlyTheReason) {
  server_.service().FailNext(1, grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff\xff"));
  const absl::Status status = Make(1).GetStatus().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(status.message(), "broken");
  EXPECT_EQ(ErrorReason(status), "");
}

TEST_F(ClientRetryTest, AnAnswerThatDoesNotComeEndsWithTheDeadline) {
  server_.service().SetHanging(true);
  const auto client =
      Client::New({.address = server_.address(), .deadline = absl::Milliseconds(200)});
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->GetStatus().status().code(), absl::StatusCode::kDeadlineExceeded);
  server_.service().SetHanging(false);
}

TEST(ErrorReasonTest, AStatusFromElsewhereHasNone) {
  EXPECT_EQ(ErrorReason(absl::OkStatus()), "");
  EXPECT_EQ(ErrorReason(absl::NotFoundError("x")), "");
  EXPECT_EQ(RetryDelay(absl::UnavailableError("x")), std::nullopt);
}

}  // namespace
}  // namespace keyward::client
