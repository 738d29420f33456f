#ifndef KEYWARD_CLIENT_CLI_LINE_READER_H_
#define KEYWARD_CLIENT_CLI_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/cli/input.h"

namespace keyward::cli {

// Room for the largest plaintext in base64, and for what stands around it.
inline constexpr std::size_t kMaxLineBytes = std::size_t{3} << 20;

// Splits input of any length into lines, in bounded memory. Not thread-safe.
class LineReader {
 public:
  enum class Found {
    kLine,
    // Longer than kMaxLineBytes; it was skipped.
    kLongLine,
    // There is no line yet, and no input either.
    kNothingYet,
    kEnd,
    // The other descriptor became readable.
    kInterrupted,
  };

  // `interrupt`: a descriptor that ends the waiting for input. Both must outlive the reader.
  LineReader(const InputFile& input, int interrupt) : input_(input), interrupt_(interrupt) {}

  // The next line, then in line(). With `wait` it never gives kNothingYet. The last line needs no
  // newline at its end. An error where the input cannot be read.
  absl::StatusOr<Found> Next(bool wait);

  // Without the newline; until the next call of Next.
  std::string_view line() const { return line_; }
  // How much of the input the lines so far took.
  std::uint64_t bytes_taken() const { return bytes_taken_; }

 private:
  enum class Ready { kYes, kNo, kInterrupted };

  bool TakeLine();
  Found TakeLast();
  void DropLongLine();
  Ready WaitForInput(bool wait) const;
  absl::Status Fill();

  const InputFile& input_;
  const int interrupt_;
  std::string buffer_;
  std::string_view line_;
  // Of the buffer: where the next line begins, and up to where no newline stands from there.
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
  std::uint64_t bytes_taken_ = 0;
  // The line that is being read has been too long already, and what came of it is dropped.
  bool long_line_ = false;
  bool ended_ = false;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LINE_READER_H_
