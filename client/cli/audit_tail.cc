#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "client/cli/audit.h"
#include "client/cli/audit_line.h"
#include "client/cli/failure.h"
#include "client/cli/input.h"
#include "client/cli/terminal_text.h"

namespace keyward::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
// How often a followed file is looked at.
constexpr int kPollMilliseconds = 200;

// Writes lines as they come in pieces.
class LinePrinter {
 public:
  explicit LinePrinter(bool json) : json_(json) {}

  // False where the output takes no more.
  bool Print(std::string_view bytes) {
    part_.append(bytes);
    std::size_t begin = 0;
    for (std::size_t end; (end = part_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      if (!PrintLine(std::string_view(part_).substr(begin, end - begin))) return false;
    }
    part_.erase(0, begin);
    return std::fflush(stdout) == 0;
  }
  // What has no newline.
  bool PrintRest() {
    const std::string rest = std::exchange(part_, "");
    return rest.empty() || Print(rest + "\n");
  }

 private:
  bool PrintLine(std::string_view line) {
    const std::string text = (json_ ? Raw(line) : format_.Format(line)) + "\n";
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  }
  std::string Raw(std::string_view line) const {
    return on_terminal_ ? Harmless(line) : std::string(line);
  }

  const bool json_;
  const bool on_terminal_ = isatty(STDOUT_FILENO) != 0;
  AuditLineFormat format_ = AuditLineFormat(on_terminal_ && std::getenv("NO_COLOR") == nullptr);
  std::string part_;
};

// Goes to where the last `lines` lines begin.
absl::Status SeekToLast(const InputFile& file, std::uint64_t lines) {
  off_t place = lseek(file.descriptor(), 0, SEEK_END);
  if (place < 0) return absl::InvalidArgumentError(file.name() + ": is no file of an audit log");
  if (lines == 0) return absl::OkStatus();
  const off_t size = place;
  std::string buffer(kReadBytes, '\0');
  while (place > 0) {
    const off_t begin = std::max<off_t>(0, place - static_cast<off_t>(buffer.size()));
    const ssize_t got =
        pread(file.descriptor(), buffer.data(), static_cast<std::size_t>(place - begin), begin);
    if (got < place - begin) return absl::DataLossError(file.name() + ": cannot be read");
    for (; place > begin; --place) {
      // The newline at the end ends a line and begins none.
      if (buffer[static_cast<std::size_t>(place - begin - 1)] != '\n' || place == size) continue;
      if (--lines > 0) continue;
      lseek(file.descriptor(), place, SEEK_SET);
      return absl::OkStatus();
    }
  }
  lseek(file.descriptor(), 0, SEEK_SET);
  return absl::OkStatus();
}

// Up to its end as it is now.
absl::StatusOr<bool> PrintWhatIsThere(const InputFile& file, LinePrinter& printer) {
  std::string buffer(kReadBytes, '\0');
  while (true) {
    const auto size = file.Read(buffer.data(), buffer.size());
    if (!size.ok()) return size.status();
    if (*size == 0) return true;
    if (!printer.Print(std::string_view(buffer).substr(0, *size))) return false;
  }
}

// Whether another file stands at its path now. Then nothing more comes into this one.
bool IsReplaced(const InputFile& file) {
  struct stat at_path = {}, open_file = {};
  if (stat(file.name().c_str(), &at_path) != 0) return false;
  fstat(file.descriptor(), &open_file);
  return at_path.st_ino != open_file.st_ino || at_path.st_dev != open_file.st_dev;
}

absl::StatusOr<bool> Follow(InputFile first, LinePrinter& printer) {
  std::optional<InputFile> file(std::move(first));
  while (true) {
    const bool replaced = IsReplaced(*file);
    const auto printed = PrintWhatIsThere(*file, printer);
    if (!printed.ok() || !*printed) return printed;
    if (!replaced) {
      poll(nullptr, 0, kPollMilliseconds);
      continue;
    }
    if (!printer.PrintRest()) return false;
    auto next = InputFile::Open(file->name());
    if (!next.ok()) return next.status();
    file.emplace(*std::move(next));
  }
}

absl::StatusOr<bool> Tail(const AuditQuestion& question, LinePrinter& printer) {
  auto file = InputFile::Open(question.files.front());
  if (!file.ok()) return file.status();
  if (const absl::Status sought = SeekToLast(*file, question.lines); !sought.ok()) return sought;
  if (question.follow) return Follow(*std::move(file), printer);
  const auto printed = PrintWhatIsThere(*file, printer);
  if (!printed.ok() || !*printed) return printed;
  return printer.PrintRest();
}

}  // namespace

ExitStatus TailAudit(const Invocation& invocation, Output& output) {
  LinePrinter printer(invocation.json);
  const auto printed = Tail(invocation.audit, printer);
  if (!printed.ok()) return output.Fail(LocalFailure(printed.status()), kExitUsage);
  if (*printed) return kExitOk;
  return output.Fail({"DATA_LOSS", "CANNOT_WRITE", "standard output takes no more", ""},
                     kExitUsage);
}

}  // namespace keyward::cli
