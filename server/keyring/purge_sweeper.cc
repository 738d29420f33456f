#include "server/keyring/purge_sweeper.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "server/sync/await.h"

namespace keyward::keyring {
namespace {

// Users in one commit. To erase a key takes the store a checkpoint, for all of them together.
constexpr int kMaxBatch = 100;

}  // namespace

PurgeSweeper::PurgeSweeper(KeyLifecycle& lifecycle, store::KeyStore& store, const Clock& clock,
                           absl::Duration interval, Report report)
    : lifecycle_(lifecycle),
      store_(store),
      clock_(clock),
      interval_(interval),
      report_(std::move(report)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void PurgeSweeper::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Sweep sweep = SweepOnce(stop);
    if (sweep.destroyed > 0 || !sweep.error.ok()) report_(sweep);
    clock_.Wait(interval_, stop);
  }
}

PurgeSweeper::Sweep PurgeSweeper::SweepOnce(const std::stop_token& stop) {
  Sweep sweep;
  std::vector<std::string> failed;  // they stay due: whoever comes after them is asked for too
  while (!stop.stop_requested() && !absl::IsUnavailable(sweep.error)) {
    auto due = sync::Await<absl::StatusOr<std::vector<std::string>>>([&](auto done) {
      store_.FindDueForPurge(absl::ToUnixMicros(clock_.Now()),
                             kMaxBatch + static_cast<int>(failed.size()), std::move(done));
    });
    if (!due.ok()) {
      sweep.error = due.status();
      return sweep;
    }
    std::erase_if(*due, [&](const std::string& user_id) {
      return std::find(failed.begin(), failed.end(), user_id) != failed.end();
    });
    if (due->empty()) return sweep;
    Destroy(*std::move(due), sweep, failed);
  }
  return sweep;
}

void PurgeSweeper::Destroy(std::vector<std::string> user_ids, Sweep& sweep,
                           std::vector<std::string>& failed) {
  const auto purged = sync::Await<std::vector<absl::StatusOr<store::UserKeys>>>(
      [&](auto done) { lifecycle_.Purge(user_ids, std::move(done)); });
  for (size_t i = 0; i < purged.size(); ++i) {
    if (!purged[i].ok()) {
      ++sweep.failed;
      sweep.error = purged[i].status();
      failed.push_back(std::move(user_ids[i]));
    } else if (purged[i]->state == store::UserState::kDestroyed) {
      ++sweep.destroyed;
    }
  }
}

}  // namespace keyward::keyring
