#ifndef KEYWARD_CLIENT_CLI_LATE_PROGRESS_H_
#define KEYWARD_CLIENT_CLI_LATE_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace keyward::cli {

// Such as "[#####-----]  50%"; of nothing, all is done.
std::string ProgressBar(std::uint64_t done, std::uint64_t total);

// A line on stderr that tells how far something is that has taken more than a second; nothing where
// stderr is no terminal. It goes when the object does.
class LateProgress {
 public:
  LateProgress();
  ~LateProgress() { Hide(); }
  LateProgress(const LateProgress&) = delete;
  LateProgress& operator=(const LateProgress&) = delete;

  // Whether it is time to show something new, a few times a second.
  bool Due() const;
  void Show(std::string_view text);
  // To be called before something else is written to the terminal.
  void Hide();

 private:
  using Clock = std::chrono::steady_clock;

  const bool on_terminal_;
  Clock::time_point next_;
  bool visible_ = false;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LATE_PROGRESS_H_
