#include "client/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"

namespace keyward::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenUpdates(200);
// ECMA-48: to the line's begin, and erase up to its end.
constexpr char kEraseLine[] = "\r\x1b[K";

}  // namespace

Progress::Progress(std::optional<std::uint64_t> input_bytes)
    : on_terminal_(isatty(STDERR_FILENO) != 0),
      results_on_terminal_(isatty(STDOUT_FILENO) != 0),
      input_bytes_(input_bytes) {}

void Progress::Hide() {
  if (!visible_ || !results_on_terminal_) return;
  std::fputs(kEraseLine, stderr);
  visible_ = false;
}

void Progress::Update(std::uint64_t values, std::uint64_t bytes_taken) {
  values_ = values;
  bytes_taken_ = bytes_taken;
  if (!on_terminal_ || Clock::now() < next_) return;
  next_ = Clock::now() + kBetweenUpdates;
  Show();
}

void Progress::Finish() {
  if (!on_terminal_) return;
  Show();
  std::fputs("\n", stderr);
}

void Progress::Show() {
  const std::chrono::duration<double> passed = Clock::now() - start_;
  const double rate = static_cast<double>(values_) / std::max(passed.count(), 1e-3);
  std::string text = absl::StrFormat("%s%u values, %.0f/s", kEraseLine, values_, rate);
  if (input_bytes_) {
    // A file may grow while it is read.
    const std::uint64_t size = std::max({*input_bytes_, bytes_taken_, std::uint64_t{1}});
    const std::uint64_t done = *input_bytes_ == 0 ? 100 : bytes_taken_ * 100 / size;
    text += absl::StrFormat(", %u%%", done);
  }
  std::fputs(text.c_str(), stderr);
  visible_ = true;
}

}  // namespace keyward::cli
