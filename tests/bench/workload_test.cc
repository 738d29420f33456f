#include "bench/workload.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "bench/messages.h"
#include "bench/plaintext.h"
#include "bench/user_ids.h"
#include "keyward/v1/key_service.pb.h"

namespace keyward::bench {
namespace {

constexpr uint64_t kUsers = 50;

std::set<std::string> KnownUsers() {
  std::set<std::string> ids;
  for (uint64_t i = 0; i < kUsers; ++i) ids.insert(UserId(i));
  return ids;
}

std::unique_ptr<Tokens> SomeTokens() {
  auto tokens = *Tokens::InMemory(kUsers, 4);
  for (uint64_t i = 0; i < kUsers; ++i) tokens->Set(i, std::to_string(1000 + i));
  return tokens;
}

template <typename Message>
Message NextOf(Workload& workload) {
  grpc::ByteBuffer request;
  EXPECT_TRUE(workload.Next(request));
  Message message;
  EXPECT_TRUE(Parse(request, message));
  return message;
}

template <typename Message>
bool AcceptsAnswer(Workload& workload, const Operation& operation, const Message& message) {
  grpc::ByteBuffer answer;
  Serialize(message, answer);
  return workload.Accepts(operation, answer);
}

TEST(WorkloadTest, EncryptSendsThePlaintextForKnownUsers) {
  const auto workload =
      MakeWorkload({.mode = Mode::kEncrypt, .users = kUsers}, {}, nullptr, Target::Kind::kKeyward);
  const std::set<std::string> known = KnownUsers();
  std::set<std::string> met;
  for (int i = 0; i < 1000; ++i) {
    const auto request = NextOf<v1::EncryptRequest>(*workload);
    EXPECT_EQ(known.count(request.user_id()), 1u);
    EXPECT_EQ(request.plaintext(), Plaintext(128));
    met.insert(request.user_id());
  }
  EXPECT_EQ(met, known);
}

TEST(WorkloadTest, DecryptSendsEachUsersOwnToken) {
  const auto tokens = SomeTokens();
  const auto workload = MakeWorkload({.mode = Mode::kDecrypt, .users = kUsers}, {}, tokens.get(),
                                     Target::Kind::kKeyward);
  std::map<std::string, std::string> tokens_of;
  for (uint64_t i = 0; i < kUsers; ++i) tokens_of[UserId(i)] = tokens->Get(i);
  for (int i = 0; i < 1000; ++i) {
    const auto request = NextOf<v1::DecryptRequest>(*workload);
    EXPECT_EQ(request.token(), tokens_of.at(request.user_id()));
  }
}

TEST(WorkloadTest, CreateNeverMeetsAUserTwiceInAnyLane) {
  std::set<std::string> met = KnownUsers();
  for (size_t lane = 0; lane < 3; ++lane) {
    const auto workload =
        MakeWorkload({.mode = Mode::kCreate}, {.index = lane, .count = 3, .seed = 9}, nullptr,
                     Target::Kind::kKeyward);
    for (int i = 0; i < 1000; ++i) {
      EXPECT_TRUE(met.insert(NextOf<v1::EncryptRequest>(*workload).user_id()).second);
    }
  }
}

TEST(WorkloadTest, MixedKeepsToItsShares) {
  const auto tokens = SomeTokens();
  const auto workload = MakeWorkload({.mode = Mode::kMixed, .users = kUsers}, {}, tokens.get(),
                                     Target::Kind::kKeyward);
  int decrypts = 0;
  grpc::ByteBuffer request;
  for (int i = 0; i < 10'000; ++i) {
    decrypts += workload->Next(request)->method == Method::kDecrypt ? 1 : 0;
  }
  EXPECT_NEAR(decrypts, 6000, 300);
}

TEST(WorkloadTest, AnAnswerOfAnotherSizeIsNotAccepted) {
  const auto workload = MakeWorkload({.mode = Mode::kEncrypt}, {}, nullptr, Target::Kind::kKeyward);
  v1::EncryptResponse response;
  response.set_token("v2:token");
  EXPECT_TRUE(AcceptsAnswer(*workload, {}, response));
  EXPECT_TRUE(AcceptsAnswer(*workload, {}, response));
  EXPECT_FALSE(AcceptsAnswer(*workload, {}, v1::EncryptResponse()));
}

TEST(WorkloadTest, BatchesAreFullAndTheirAnswersAreRead) {
  const auto workload = MakeWorkload({.mode = Mode::kBatch, .users = kUsers, .batch_size = 3}, {},
                                     nullptr, Target::Kind::kKeyward);
  const auto request = NextOf<v1::BatchEncryptRequest>(*workload);
  ASSERT_EQ(request.requests_size(), 3);
  for (const auto& item : request.requests()) EXPECT_EQ(item.plaintext(), Plaintext(128));
  v1::BatchEncryptResponse response;
  for (int i = 0; i < 3; ++i) response.add_results()->mutable_response();
  EXPECT_TRUE(AcceptsAnswer(*workload, {}, response));
  response.mutable_results(1)->mutable_status()->set_code(3);
  EXPECT_FALSE(AcceptsAnswer(*workload, {}, response));
  response.mutable_results()->RemoveLast();
  EXPECT_FALSE(AcceptsAnswer(*workload, {}, response));
}

TEST(WorkloadTest, RawBatchesSendTheSameMessages) {
  const auto tokens = SomeTokens();
  const auto workload = MakeWorkload(
      {.mode = Mode::kBatchDecrypt, .users = kUsers, .batch_size = 5, .raw_batches = true}, {},
      tokens.get(), Target::Kind::kKeyward);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(NextOf<v1::BatchDecryptRequest>(*workload).requests_size(), 5);
  }
}

TEST(WorkloadTest, ASweepMeetsEveryUserOnceAndKeepsTheTokens) {
  const auto tokens = *Tokens::InMemory(kUsers, 4);
  std::set<std::string> met;
  for (size_t lane = 0; lane < 2; ++lane) {
    const auto sweep = MakeSweep({.users = kUsers}, {.index = lane, .count = 2}, tokens.get());
    grpc::ByteBuffer request;
    while (const auto operation = sweep->Next(request)) {
      v1::EncryptRequest message;
      ASSERT_TRUE(Parse(request, message));
      EXPECT_TRUE(met.insert(message.user_id()).second);
      v1::EncryptResponse response;
      response.set_token(std::to_string(1000 + operation->user));
      EXPECT_TRUE(AcceptsAnswer(*sweep, *operation, response));
    }
  }
  EXPECT_EQ(met, KnownUsers());
  EXPECT_EQ(tokens->Get(kUsers - 1), std::to_string(1000 + kUsers - 1));
}

}  // namespace
}  // namespace keyward::bench
