#include "server/audit/log_tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "server/audit/descriptor.h"

namespace keyward::audit {
namespace {

constexpr uint64_t kStep = uint64_t{64} << 10;

absl::StatusOr<std::string> ReadRange(int file, uint64_t begin, uint64_t end) {
  std::string bytes(end - begin, '\0');
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t size =
        pread(file, bytes.data() + got, bytes.size() - got, static_cast<off_t>(begin + got));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return absl::ErrnoToStatus(errno, "cannot read the audit log");
    if (size == 0) return absl::FailedPreconditionError("the audit log became shorter meanwhile");
    got += static_cast<size_t>(size);
  }
  return bytes;
}

// Behind the last newline; 0 where there is none.
absl::StatusOr<uint64_t> FindLastLinesEnd(int file, uint64_t size) {
  for (uint64_t end = size; end > 0; end -= std::min(end, kStep)) {
    const uint64_t begin = end - std::min(end, kStep);
    const auto bytes = ReadRange(file, begin, end);
    if (!bytes.ok()) return bytes.status();
    const size_t newline = bytes->rfind('\n');
    if (newline != std::string::npos) return begin + newline + 1;
  }
  return 0;
}

absl::StatusOr<TornLine> HashRange(int file, uint64_t begin, uint64_t end) {
  crypto::Sha256Stream hash;
  for (uint64_t at = begin; at < end; at += kStep) {
    const auto bytes = ReadRange(file, at, std::min(at + kStep, end));
    if (!bytes.ok()) return bytes.status();
    hash.Add(*bytes);
  }
  return TornLine{end - begin, hash.FinishHex()};
}

absl::StatusOr<bool> IsLine(int file, uint64_t begin, uint64_t end) {
  if (end - begin > kMaxLineBytes) return false;
  const auto text = ReadRange(file, begin, end);
  if (!text.ok()) return text.status();
  return ParseLine(*text).has_value();
}

// The text behind the last newline of `lines`, which is taken off.
std::string_view TakeLastLine(std::string_view& lines) {
  const size_t newline = lines.rfind('\n');
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::string_view line = lines.substr(begin);
  lines = lines.substr(0, begin == 0 ? 0 : newline);
  return line;
}

// `lines`: at least the last two, if there are two.
absl::StatusOr<ChainEnd> VerifyLast(std::string_view lines, const AuditKeys& keys) {
  const absl::Status changed = absl::FailedPreconditionError(
      "its last line is not as it was written: keep the file as evidence, under a name of its own, "
      "and "
      "start again");
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  const std::optional<Line> last = ParseLine(TakeLastLine(lines));
  const std::optional<Line> before = ParseLine(TakeLastLine(lines));
  if (!last) return changed;
  if (last->kek_id != keys.kek_id) return last->end();
  if (!last->opening && (!before || before->seq + 1 != last->seq)) return changed;
  const std::string_view previous_mac = last->opening ? last->opening->previous.mac : before->mac;
  if (!IsSealed(*last, previous_mac, keys.line_key)) return changed;
  return last->end();
}

bool IsRenamed(std::string_view name, std::string_view base) {
  return name.size() > base.size() && name.starts_with(base) &&
         (name[base.size()] == '.' || name[base.size()] == '-') && !name.ends_with(".lock");
}

std::optional<LogTail> RenamedTail(const std::string& path, const AuditKeys& keys) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) return std::nullopt;
  const auto tail = ReadLogTail(file.number(), keys, LastNewline::kNeeded);
  if (!tail.ok() || tail->end.kek_id != keys.kek_id) return std::nullopt;
  return *tail;
}

}  // namespace

absl::StatusOr<LogTail> ReadLogTail(int file, const AuditKeys& keys, LastNewline last_newline) {
  struct stat found = {};
  if (fstat(file, &found) != 0) return absl::ErrnoToStatus(errno, "cannot examine the audit log");
  const auto size = static_cast<uint64_t>(found.st_size);
  absl::StatusOr<uint64_t> end = FindLastLinesEnd(file, size);
  if (!end.ok()) return end.status();
  LogTail tail;
  tail.within_line = *end < size;
  if (tail.within_line) {
    const auto is_line = IsLine(file, *end, size);
    if (!is_line.ok()) return is_line.status();
    if (*is_line && last_newline == LastNewline::kMayBeMissing) {
      end = size;
    } else {
      auto torn = HashRange(file, *end, size);
      if (!torn.ok()) return torn.status();
      tail.torn = *std::move(torn);
    }
  }
  if (*end == 0) return tail;
  const auto lines =
      ReadRange(file, *end - std::min<uint64_t>(*end, 2 * (kMaxLineBytes + 1)), *end);
  if (!lines.ok()) return lines.status();
  auto last = VerifyLast(*lines, keys);
  if (!last.ok()) return last.status();
  tail.end = *std::move(last);
  return tail;
}

LogTail NewestRenamedTail(const std::string& path, const AuditKeys& keys) {
  LogTail newest;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string base = std::filesystem::path(path).filename().string();
  std::error_code error;
  std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (!IsRenamed(entry->path().filename().string(), base)) continue;
    const auto tail = RenamedTail(entry->path().string(), keys);
    if (tail && tail->end.seq > newest.end.seq) newest = *tail;
  }
  return newest;
}

}  // namespace keyward::audit
