#include "server/audit/log_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/audit/log_open.h"
#include "server/audit/log_tail.h"

namespace keyward::audit {
namespace {

std::optional<uint64_t> SizeOf(int file) {
  struct stat found = {};
  if (fstat(file, &found) != 0) return std::nullopt;
  return static_cast<uint64_t>(found.st_size);
}

}  // namespace

LogFile::LogFile(const std::string& path, bool sync, const AuditKeys& keys, LogSystem& system)
    : path_(path), sync_(sync), keys_(keys), system_(system) {}

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Open(const std::string& path, bool sync,
                                                       const AuditKeys& keys, LogSystem& system) {
  std::unique_ptr<LogFile> log(new LogFile(path, sync, keys, system));
  if (absl::Status status = log->OpenFirst(); !status.ok()) return status;
  // A full disk is no reason not to start: the next call will be told, and the line written with
  // it.
  log->Append("", 0).IgnoreError();
  return log;
}

absl::Status LogFile::OpenFirst() {
  auto lock = LockLog(path_);
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  auto file = OpenLog(path_);
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  auto tail = ReadLogTail(file_.number(), keys_, LastNewline::kMayBeMissing);
  if (!tail.ok()) {
    return absl::Status(tail.status().code(),
                        absl::StrCat("the audit log ", path_, ": ", tail.status().message()));
  }
  size_ = SizeOf(file_.number()).value_or(0);
  opening_ = Pending{std::move(tail->torn), tail->within_line};
  if (tail->end.seq == 0) {
    LogTail renamed = NewestRenamedTail(path_, keys_);
    tail->end = std::move(renamed.end);
    if (!opening_->torn) opening_->torn = std::move(renamed.torn);
  }
  first_ = end_ = std::move(tail->end);
  return absl::OkStatus();
}

absl::Status LogFile::Append(std::string_view events, uint64_t lost) {
  if (!file_.is_open()) {
    if (absl::Status status = OpenNext(); !status.ok()) return status;
  }
  ChainEnd end = end_;
  buffer_.clear();
  if (opening_) {
    if (opening_->newline_first) buffer_.push_back('\n');
    AppendLine(OpeningMembers(system_.NowMicros(), end, opening_->torn), keys_, end, buffer_);
  }
  if (lost > 0) AppendLine(LostMembers(system_.NowMicros(), lost), keys_, end, buffer_);
  while (!events.empty()) {
    const size_t newline = events.find('\n');
    AppendLine(events.substr(0, newline), keys_, end, buffer_);
    events.remove_prefix(newline + 1);
  }
  if (absl::Status status = Write(); !status.ok()) return status;
  opening_.reset();
  end_ = std::move(end);
  size_ += buffer_.size();
  bytes_written_ += buffer_.size();
  return absl::OkStatus();
}

absl::Status LogFile::Rotate() {
  if (file_.is_open() && IsAtPath(file_.number(), path_)) {
    if (size_ == 0) return absl::OkStatus();
    absl::Status status = RenameLog(path_, system_.NowMicros(), end_.seq);
    if (!status.ok()) return status;
  }
  if (absl::Status status = OpenNext(); !status.ok()) return status;
  return Append("", 0);
}

absl::Status LogFile::OpenNext() {
  auto file = OpenLog(path_);
  if (!file.ok()) return file.status();
  if (SizeOf(file->number()) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("another file stands where the audit log ",
                                                      path_, " should begin: move it away"));
  }
  file_ = *std::move(file);
  size_ = 0;
  ++files_begun_;
  if (!opening_) opening_ = Pending{std::nullopt, false};
  opening_->newline_first = false;
  return absl::OkStatus();
}

// The buffer, as a whole or not at all.
absl::Status LogFile::Write() {
  size_t written = 0;
  if (absl::Status status = WriteAll(written); !status.ok()) {
    if (!CutBack()) Abandon(std::string_view(buffer_).substr(0, written));
    return status;
  }
  if (!sync_ || system_.Sync(file_.number()) == 0) return absl::OkStatus();
  absl::Status status =
      absl::ErrnoToStatus(errno, absl::StrCat("cannot sync the audit log ", path_));
  // Whether these lines, or the cut, reach the disk is unknown: the kernel tells of a failure once.
  Abandon(CutBack() ? std::string_view() : std::string_view(buffer_));
  return status;
}

absl::Status LogFile::WriteAll(size_t& written) {
  while (written < buffer_.size()) {
    const ssize_t size = system_.Write(file_.number(), std::string_view(buffer_).substr(written));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0)
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot write the audit log ", path_));
    written += static_cast<size_t>(size);
  }
  return absl::OkStatus();
}

// Only what this log has just written is cut off.
bool LogFile::CutBack() {
  const std::optional<uint64_t> size = SizeOf(file_.number());
  if (!size || *size < size_) return false;
  return *size == size_ || system_.Truncate(file_.number(), static_cast<off_t>(size_)) == 0;
}

// `left_over` stands at the file's end.
void LogFile::Abandon(std::string_view left_over) {
  if (!left_over.empty()) ContinueAfter(left_over);
  // An empty one is simply opened again, so that a disk that goes on failing does not fill up with
  // them.
  const bool is_empty = size_ == 0 && left_over.empty();
  if (!is_empty && IsAtPath(file_.number(), path_)) {
    // Where it fails, so will the opening of the next file, which tells of it.
    RenameLog(path_, system_.NowMicros(), end_.seq).IgnoreError();
  }
  file_ = Descriptor();
}

// The whole lines are lines of the log, though their calls were refused; the rest is a torn one.
void LogFile::ContinueAfter(std::string_view left_over) {
  const size_t newline = left_over.rfind('\n');
  const std::string_view torn =
      left_over.substr(newline == std::string_view::npos ? 0 : newline + 1);
  std::string_view whole = left_over.substr(0, left_over.size() - torn.size());
  if (!whole.empty()) {
    whole.remove_suffix(1);
    const size_t before = whole.rfind('\n');
    const auto last = ParseLine(whole.substr(before == std::string_view::npos ? 0 : before + 1));
    if (last) end_ = last->end();
  }
  opening_ = Pending{std::nullopt, false};
  if (torn.empty()) return;
  crypto::Sha256Stream hash;
  hash.Add(torn);
  opening_->torn = TornLine{torn.size(), hash.FinishHex()};
}

}  // namespace keyward::audit
