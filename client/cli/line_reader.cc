#include "client/cli/line_reader.h"

#include <poll.h>

#include <array>
#include <cerrno>

namespace keyward::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;

}  // namespace

absl::StatusOr<LineReader::Found> LineReader::Next(bool wait) {
  while (true) {
    if (TakeLine()) {
      const bool was_long = long_line_ || line_.size() > kMaxLineBytes;
      long_line_ = false;
      return was_long ? Found::kLongLine : Found::kLine;
    }
    if (ended_) return TakeLast();
    if (buffer_.size() - begin_ > kMaxLineBytes) DropLongLine();
    const Ready ready = WaitForInput(wait);
    if (ready == Ready::kInterrupted) return Found::kInterrupted;
    if (ready == Ready::kNo) return Found::kNothingYet;
    if (const absl::Status failed = Fill(); !failed.ok()) return failed;
  }
}

bool LineReader::TakeLine() {
  const std::size_t newline = buffer_.find('\n', searched_);
  if (newline == std::string::npos) {
    searched_ = buffer_.size();
    return false;
  }
  line_ = std::string_view(buffer_).substr(begin_, newline - begin_);
  bytes_taken_ += line_.size() + 1;
  begin_ = searched_ = newline + 1;
  return true;
}

LineReader::Found LineReader::TakeLast() {
  line_ = std::string_view(buffer_).substr(begin_);
  const bool was_long = long_line_ || line_.size() > kMaxLineBytes;
  if (line_.empty() && !was_long) return Found::kEnd;
  bytes_taken_ += line_.size();
  begin_ = searched_ = buffer_.size();
  long_line_ = false;
  return was_long ? Found::kLongLine : Found::kLine;
}

void LineReader::DropLongLine() {
  bytes_taken_ += buffer_.size() - begin_;
  begin_ = searched_ = buffer_.size();
  long_line_ = true;
}

LineReader::Ready LineReader::WaitForInput(bool wait) const {
  std::array<pollfd, 2> polled = {pollfd{input_.descriptor(), POLLIN, 0},
                                  pollfd{interrupt_, POLLIN, 0}};
  while (poll(polled.data(), polled.size(), wait ? -1 : 0) < 0) {
    // Reading tells what is wrong with the input.
    if (errno != EINTR) return Ready::kYes;
  }
  if (polled[1].revents != 0) return Ready::kInterrupted;
  return polled[0].revents != 0 ? Ready::kYes : Ready::kNo;
}

absl::Status LineReader::Fill() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kReadBytes);
  const absl::StatusOr<std::size_t> count = input_.Read(buffer_.data() + size, kReadBytes);
  buffer_.resize(size + (count.ok() ? *count : 0));
  ended_ = count.ok() && *count == 0;
  return count.status();
}

}  // namespace keyward::cli
