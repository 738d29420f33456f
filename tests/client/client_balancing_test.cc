#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "keyward/client.h"
#include "tests/client/fake_server.h"

namespace keyward::client {
namespace {

// More than a client can make before it is connected to all servers.
constexpr int kManyCalls = 100'000;

class ClientBalancingTest : public ::testing::TestWithParam<int> {
 protected:
  Client Make() const {
    return *Client::New({.address = absl::StrCat("ipv4:", one_->address(), ",", other_->address()),
                         .deadline = absl::Seconds(60),
                         .retry = {.max_attempts = GetParam()}});
  }

  std::unique_ptr<FakeServer> one_ = std::make_unique<FakeServer>();
  std::unique_ptr<FakeServer> other_ = std::make_unique<FakeServer>();
};

TEST_P(ClientBalancingTest, CallsGoRoundAllServers) {
  const Client client = Make();
  for (int calls = 0; one_->service().calls() < 10 || other_->service().calls() < 10; ++calls) {
    ASSERT_LT(calls, kManyCalls) << one_->service().calls() << ", " << other_->service().calls();
    ASSERT_TRUE(client.GetStatus().ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Attempts, ClientBalancingTest, ::testing::Values(1, 4));

using ClientFailoverTest = ClientBalancingTest;

TEST_P(ClientFailoverTest, AServerThatEndsFailsNoCall) {
  const Client client = Make();
  while (other_->service().calls() == 0) ASSERT_TRUE(client.GetStatus().ok());
  other_.reset();
  for (int calls = 0; calls < 100; ++calls) {
    const absl::Status status = client.GetStatus().status();
    ASSERT_TRUE(status.ok()) << status;
  }
}

INSTANTIATE_TEST_SUITE_P(Attempts, ClientFailoverTest, ::testing::Values(4));

}  // namespace
}  // namespace keyward::client
