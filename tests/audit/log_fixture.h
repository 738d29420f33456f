#ifndef KEYWARD_TESTS_AUDIT_LOG_FIXTURE_H_
#define KEYWARD_TESTS_AUDIT_LOG_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/audit/file_audit_log.h"
#include "server/audit/verify.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::audit {

// Two KEKs: 32 times 'K' and 32 times 'L', under ids that say which.
inline constexpr char kKekId[] = "4b4b4b4b4b4b4b4b";
inline constexpr char kOtherKekId[] = "4c4c4c4c4c4c4c4c";

inline AuditKeys Keys() {
  return AuditKeys(crypto::SecretBytes::CopyOf(std::string(32, 'K')), kKekId);
}
inline AuditKeys OtherKeys() {
  return AuditKeys(crypto::SecretBytes::CopyOf(std::string(32, 'L')), kOtherKekId);
}

// The system, with a clock that stands still and failures on demand.
class TestSystem : public LogSystem {
 public:
  ssize_t Write(int file, std::string_view bytes) override {
    ++writes;
    if (write_error == 0) return LogSystem::Write(file, bytes.substr(0, max_write));
    const size_t room = std::min<size_t>(bytes.size(), room_before_error.exchange(0));
    if (room > 0) return LogSystem::Write(file, bytes.substr(0, room));
    errno = write_error;
    return -1;
  }
  int Sync(int file) override {
    ++syncs;
    return Fails(sync_error) ? -1 : LogSystem::Sync(file);
  }
  int Truncate(int file, off_t size) override {
    return Fails(truncate_error) ? -1 : LogSystem::Truncate(file, size);
  }
  int64_t NowMicros() override { return now_us; }

  std::atomic<int64_t> now_us = 1'769'860'800'000'000;  // 2026-01-31T12:00:00Z
  std::atomic<size_t> max_write = SIZE_MAX;
  // 0: none.
  std::atomic<int> write_error = 0, sync_error = 0, truncate_error = 0;
  // How many bytes the next write still takes before it fails.
  std::atomic<size_t> room_before_error = 0;
  std::atomic<int> writes = 0, syncs = 0;

 private:
  static bool Fails(int error) {
    if (error != 0) errno = error;
    return error != 0;
  }
};

inline Event TestEvent(std::string_view user_id) {
  Event event;
  event.time_us = 1'769'860'800'123'456;
  event.principal = "dns:billing";
  event.peer = "ipv4:10.0.0.7:4711";
  event.method = "Encrypt";
  event.scope = Event::Scope::kUser;
  event.user_id = user_id;
  event.key_version = 1;
  event.latency_us = 85;
  return event;
}

inline std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

inline const std::vector<AuditKeys>& AllKeys() {
  static const std::vector<AuditKeys> keys = [] {
    std::vector<AuditKeys> made;
    made.push_back(Keys());
    made.push_back(OtherKeys());
    return made;
  }();
  return keys;
}

// Names the texts 1, 2 … .
inline Verifier Verified(const std::vector<std::string>& texts, std::optional<Anchor> anchor = {}) {
  Verifier verifier(AllKeys(), std::move(anchor));
  int number = 0;
  for (const std::string& text : texts) {
    verifier.BeginFile(std::to_string(++number));
    verifier.Feed(text);
  }
  verifier.Finish();
  return verifier;
}

// "FILE:LINE: what is wrong", or "".
inline std::string ProblemOf(const std::vector<std::string>& texts,
                             std::optional<Anchor> anchor = {}) {
  const Verifier verifier = Verified(texts, std::move(anchor));
  if (!verifier.problem()) return "";
  const Problem& problem = *verifier.problem();
  return problem.file + ":" + std::to_string(problem.line) + ": " + problem.what;
}

class LogTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<FileAuditLog>> TryOpen(AuditKeys keys = Keys()) {
    return FileAuditLog::Open(options_, std::move(keys), system_);
  }
  std::unique_ptr<FileAuditLog> Open(AuditKeys keys = Keys()) {
    auto log = TryOpen(std::move(keys));
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }

  static absl::Status Append(AuditLog& log, const std::vector<Event>& events) {
    std::promise<absl::Status> done;
    log.Append(events, [&](const absl::Status& status) { done.set_value(status); });
    return done.get_future().get();
  }
  static absl::Status Append(AuditLog& log, std::string_view user_id) {
    return Append(log, std::vector<Event>{TestEvent(user_id)});
  }

  // A log of one process: an opening line and one for each user.
  void WriteLog(const std::vector<std::string>& users, AuditKeys keys = Keys()) {
    const auto log = Open(std::move(keys));
    for (const std::string& user : users) EXPECT_TRUE(Append(*log, user).ok());
  }

  std::string Text() const { return Content(path_); }
  void SetText(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }

  // The renamed files and then the current one, oldest first.
  std::vector<std::string> AllFiles() const {
    std::vector<std::pair<uint64_t, std::string>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename().string();
      if (name == "audit.log" || name.ends_with(".lock")) continue;
      files.emplace_back(std::stoull(name.substr(name.rfind('.') + 1)), entry.path().string());
    }
    std::sort(files.begin(), files.end());
    files.emplace_back(0, path_);
    std::vector<std::string> texts;
    for (const auto& [seq, path] : files) texts.push_back(Content(path));
    return texts;
  }

  const testing::TemporaryFolder folder_;
  const std::string path_ = folder_.File("audit.log");
  FileAuditLogOptions options_ = {.path = path_};
  TestSystem system_;
};

}  // namespace keyward::audit

#endif  // KEYWARD_TESTS_AUDIT_LOG_FIXTURE_H_
