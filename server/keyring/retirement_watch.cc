#include "server/keyring/retirement_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/sync/await.h"

namespace keyward::keyring {

RetirementWatch::RetirementWatch(const MasterKeys& keks, store::KeyStore& store, const Clock& clock,
                                 std::function<void()> on_retired)
    : keks_(keks),
      store_(store),
      clock_(clock),
      on_retired_(std::move(on_retired)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void RetirementWatch::Run(const std::stop_token& stop) const {
  while (!stop.stop_requested()) {
    if (IsRetired()) return on_retired_();
    clock_.Wait(kInterval, stop);
  }
}

bool RetirementWatch::IsRetired() const {
  const auto retired = sync::Await<absl::StatusOr<std::vector<store::RetiredKek>>>(
      [&](auto done) { store_.ListRetiredKeks(std::move(done)); });
  return retired.ok() && std::any_of(retired->begin(), retired->end(), [&](const auto& each) {
           return each.kek_id == keks_.current()->id();
         });
}

}  // namespace keyward::keyring
