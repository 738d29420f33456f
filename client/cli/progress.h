#ifndef KEYWARD_CLIENT_CLI_PROGRESS_H_
#define KEYWARD_CLIENT_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <optional>

namespace keyward::cli {

// A line on stderr that tells how far a batch is; nothing where stderr is no terminal.
class Progress {
 public:
  // `input_bytes`: how long the input is, where that is known.
  explicit Progress(std::optional<std::uint64_t> input_bytes);

  // To be called before something else is written to the terminal.
  void Hide();
  // Shows `values` and how much of the input they took, a few times a second at most.
  void Update(std::uint64_t values, std::uint64_t bytes_taken);
  // Leaves the last state there, as a line of its own.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;

  void Show();

  const bool on_terminal_;
  const bool results_on_terminal_;
  const std::optional<std::uint64_t> input_bytes_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_;
  std::uint64_t values_ = 0;
  std::uint64_t bytes_taken_ = 0;
  bool visible_ = false;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_PROGRESS_H_
