#ifndef KEYWARD_CLIENT_CLI_LONG_CALL_H_
#define KEYWARD_CLIENT_CLI_LONG_CALL_H_

#include <chrono>
#include <future>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/late_progress.h"

namespace keyward::cli {

// Calls, and shows on a terminal for how long `doing` ("backing up") has gone on: for a call of
// which the server tells nothing before it is done.
template <typename Call>
auto ShowHowLong(std::string_view doing, const Call& call) {
  constexpr std::chrono::milliseconds kBetweenLooks(200);
  auto answer = std::async(std::launch::async, call);
  LateProgress line;
  const absl::Time begun = absl::Now();
  while (answer.wait_for(kBetweenLooks) == std::future_status::timeout) {
    if (!line.Due()) continue;
    line.Show(
        absl::StrCat(std::string(doing), ", ", absl::ToInt64Seconds(absl::Now() - begun), " s"));
  }
  return answer.get();
}

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LONG_CALL_H_
