#include "bench/client.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::bench {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};

// A lane's share, so that all shares add up to the whole.
Drive ShareOf(const Drive& whole, size_t index, size_t count) {
  Drive share = whole;
  share.in_flight = whole.in_flight / count + (index < whole.in_flight % count ? 1 : 0);
  share.rate = whole.rate / static_cast<double>(count);
  share.seed = whole.seed + index;
  return share;
}

}  // namespace

Client::Client(Target target, std::vector<std::unique_ptr<Lane>> lanes)
    : target_(std::move(target)), lanes_(std::move(lanes)) {}

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(const Target& target, const TlsFiles& tls,
                                                        int threads, int channels) {
  const auto credentials = ChannelCredentials(tls);
  if (!credentials.ok()) return credentials.status();
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int lane = 0; lane < threads; ++lane) {
    std::vector<std::unique_ptr<Connection>> connections;
    for (int i = 0; i < channels; ++i) {
      connections.push_back(std::make_unique<Connection>(target, *credentials));
      if (!connections.back()->Wait(kConnectTimeout)) {
        return absl::UnavailableError(
            absl::StrCat(target.name, ": nobody answers at ", target.address));
      }
    }
    lanes.push_back(std::make_unique<Lane>(std::move(connections)));
  }
  return std::unique_ptr<Client>(new Client(target, std::move(lanes)));
}

void Client::SetWorkloads(uint64_t seed, const Make& make) {
  workloads_.clear();
  for (size_t i = 0; i < lanes_.size(); ++i) {
    workloads_.push_back(make({.index = i, .count = lanes_.size(), .seed = seed}));
  }
}

absl::StatusOr<Measured> Client::Run(const Drive& drive, const Window& window) {
  std::vector<Measured> measured(lanes_.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    threads.emplace_back([&, i] {
      measured[i] = lanes_[i]->Run(*workloads_[i], ShareOf(drive, i, lanes_.size()), window);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Measured all;
  for (const Measured& each : measured) all.Add(each);
  if (!all.problem.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(target_.name, ": ", all.problem));
  }
  return all;
}

}  // namespace keyward::bench
