#include "client/cli/late_progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"

namespace keyward::cli {
namespace {

constexpr std::chrono::seconds kBeforeFirst(1);
constexpr std::chrono::milliseconds kBetween(200);
// ECMA-48: to the line's begin, and erase up to its end.
constexpr char kEraseLine[] = "\r\x1b[K";

constexpr std::size_t kBarWidth = 20;

}  // namespace

std::string ProgressBar(std::uint64_t done, std::uint64_t total) {
  const double share = done >= total ? 1 : static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * kBarWidth);
  return absl::StrFormat("[%s%s] %3d%%", std::string(filled, '#'),
                         std::string(kBarWidth - filled, '-'), static_cast<int>(share * 100));
}

LateProgress::LateProgress()
    : on_terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + kBeforeFirst) {}

bool LateProgress::Due() const { return on_terminal_ && Clock::now() >= next_; }

void LateProgress::Show(std::string_view text) {
  next_ = Clock::now() + kBetween;
  std::fputs(std::string(kEraseLine).append(text).c_str(), stderr);
  visible_ = true;
}

void LateProgress::Hide() {
  if (visible_) std::fputs(kEraseLine, stderr);
  visible_ = false;
}

}  // namespace keyward::cli
