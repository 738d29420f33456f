#include <poll.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/audit.h"
#include "client/cli/audit_keys.h"
#include "client/cli/failure.h"
#include "client/cli/input.h"
#include "client/cli/late_progress.h"
#include "server/audit/verify.h"

namespace keyward::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;
// A server may be within a line; this is long for a write.
constexpr int kWaitMilliseconds = 50;
constexpr int kWaits = 20;

absl::StatusOr<std::optional<audit::Anchor>> ParseAnchor(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t colon = text.find(':');
  audit::Anchor anchor;
  if (colon == std::string::npos || !absl::SimpleAtoi(text.substr(0, colon), &anchor.seq) ||
      text.size() - colon - 1 != audit::kMacChars) {
    return absl::InvalidArgumentError("--anchor is SEQ:MAC, as keyward audit verify prints it");
  }
  anchor.mac = text.substr(colon + 1);
  return anchor;
}

// Of the first line that is one; 0 where there is none, so that the verifier comes to it at once.
absl::StatusOr<std::uint64_t> FirstSeq(const std::string& path) {
  const auto file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  std::string text(2 * audit::kMaxLineBytes, '\0');
  const auto size = file->Read(text.data(), text.size());
  if (!size.ok()) return size.status();
  text.resize(*size);
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const auto line = audit::ParseLine(std::string_view(text).substr(begin, end - begin));
    if (line) return line->seq;
  }
  return text.empty() ? std::numeric_limits<std::uint64_t>::max() : 0;
}

// A shell's glob names the newest file first.
absl::StatusOr<std::vector<std::string>> OldestFirst(const std::vector<std::string>& paths) {
  if (paths.size() == 1) return paths;
  std::vector<std::pair<std::uint64_t, std::string>> found;
  for (const std::string& path : paths) {
    if (path.ends_with(".lock")) continue;
    const auto seq = FirstSeq(path);
    if (!seq.ok()) return seq.status();
    found.emplace_back(*seq, path);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> sorted;
  for (auto& [seq, path] : found) sorted.push_back(std::move(path));
  return sorted;
}

absl::Status Feed(const InputFile& file, audit::Verifier& verifier, LateProgress& progress) {
  std::string buffer(kReadBytes, '\0');
  int waits = 0;
  while (!verifier.problem()) {
    const auto size = file.Read(buffer.data(), buffer.size());
    if (!size.ok()) return size.status();
    if (*size == 0) {
      if (!verifier.within_line() || !file.BytesLeft() || ++waits > kWaits) break;
      poll(nullptr, 0, kWaitMilliseconds);
      continue;
    }
    verifier.Feed(std::string_view(buffer).substr(0, *size));
    if (progress.Due()) progress.Show(absl::StrCat(verifier.log().lines, " lines"));
  }
  return absl::OkStatus();
}

absl::Status VerifyFiles(const std::vector<std::string>& paths, audit::Verifier& verifier) {
  LateProgress progress;
  absl::Status status;
  for (const std::string& path : paths) {
    const auto file = InputFile::Open(path);
    status = file.status();
    if (status.ok()) {
      verifier.BeginFile(path);
      status = Feed(*file, verifier, progress);
    }
    if (!status.ok() || verifier.problem()) break;
  }
  return status;
}

ExitStatus Tell(const audit::VerifiedLog& log, Output& output) {
  if (log.first_seq > 1) {
    output.Warn(absl::StrCat("the log begins with seq ", log.first_seq,
                             ": the lines before it were not given"));
  }
  const std::string anchor = absl::StrCat(log.end.seq, ":", log.end.mac);
  const std::string text = absl::StrFormat(
      "OK: %u lines in %u file%s, seq %u to %u\nfrom %s to %s\n%u torn lines, %u lost "
      "events\nanchor %s",
      log.lines, log.files, log.files == 1 ? "" : "s", log.first_seq, log.end.seq, log.first_time,
      log.last_time, log.torn_lines, log.lost_events, anchor);
  JsonObject object;
  object.Boolean("verified", true)
      .Number("files", log.files)
      .Number("lines", log.lines)
      .Number("first_seq", log.first_seq)
      .Number("last_seq", log.end.seq)
      .Text("first_time", log.first_time)
      .Text("last_time", log.last_time)
      .Number("torn_lines", log.torn_lines)
      .Number("lost_events", log.lost_events)
      .Text("kek_id", log.end.kek_id)
      .Text("anchor", anchor);
  return output.Result(text, object);
}

}  // namespace

ExitStatus VerifyAudit(const Invocation& invocation, Output& output) {
  const auto anchor = ParseAnchor(invocation.audit.anchor);
  if (!anchor.ok()) return output.Fail(LocalFailure(anchor.status()), kExitUsage);
  const auto keys = TakeAuditKeys(output);
  if (!keys.ok()) return output.Fail(LocalFailure(keys.status()), kExitUsage);
  const auto paths = OldestFirst(invocation.audit.files);
  if (!paths.ok()) return output.Fail(LocalFailure(paths.status()), kExitUsage);
  audit::Verifier verifier(*keys, *anchor);
  const absl::Status read = VerifyFiles(*paths, verifier);
  if (!read.ok()) return output.Fail(LocalFailure(read), kExitUsage);
  if (verifier.Finish()) return Tell(verifier.log(), output);
  const audit::Problem& problem = *verifier.problem();
  return output.Fail({"DATA_LOSS", "AUDIT_LOG_INVALID",
                      absl::StrCat(problem.file, ":", problem.line, ": ", problem.what), ""},
                     kExitNo);
}

}  // namespace keyward::cli
