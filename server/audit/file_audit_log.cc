#include "server/audit/file_audit_log.h"

#include <utility>

#include "server/errors/errors.h"
#include "server/telemetry/log.h"

namespace keyward::audit {

FileAuditLog::FileAuditLog(const FileAuditLogOptions& options, AuditKeys keys)
    : options_(options), keys_(std::move(keys)) {}

absl::StatusOr<std::unique_ptr<FileAuditLog>> FileAuditLog::Open(const FileAuditLogOptions& options,
                                                                 AuditKeys keys,
                                                                 LogSystem& system) {
  std::unique_ptr<FileAuditLog> log(new FileAuditLog(options, std::move(keys)));
  auto file = LogFile::Open(options.path, options.sync, log->keys_, system);
  if (!file.ok()) return file.status();
  log->file_ = *std::move(file);
  log->CountWritten();
  log->thread_ = std::thread([&log = *log] { log.Run(); });
  return log;
}

FileAuditLog::~FileAuditLog() {
  if (!thread_.joinable()) return;
  {
    sync::MutexLock lock(mutex_);
    closed_ = true;
  }
  changed_.NotifyOne();
  thread_.join();
}

void FileAuditLog::Append(absl::Span<const Event> events, Done done) {
  thread_local std::string text;
  text.clear();
  for (const Event& event : events) {
    AppendEvent(event, options_.hide_user_ids ? &keys_.user_key : nullptr, text);
  }
  bool was_idle = false;
  {
    sync::MutexLock lock(mutex_);
    was_idle = waiting_.dones.empty();
    waiting_.events.append(text);
    waiting_.count += events.size();
    waiting_.dones.push_back(std::move(done));
  }
  if (was_idle) changed_.NotifyOne();
}

void FileAuditLog::Reopen() {
  {
    sync::MutexLock lock(mutex_);
    waiting_.reopen = true;
  }
  changed_.NotifyOne();
}

AuditCounters FileAuditLog::counters() const {
  return {lines_, bytes_, lost_events_, rotations_, failed_rotations_};
}

void FileAuditLog::Run() {
  Batch batch;
  while (Take(batch)) {
    if (batch.reopen) Rotate();
    if (!batch.dones.empty()) Record(batch);
    batch.events.clear();
    batch.dones.clear();
    batch.count = 0;
    batch.reopen = false;
  }
}

bool FileAuditLog::Take(Batch& batch) {
  sync::MutexLock lock(mutex_);
  while (waiting_.dones.empty() && !waiting_.reopen && !closed_) changed_.Wait(mutex_);
  std::swap(batch, waiting_);
  return !batch.dones.empty() || batch.reopen;
}

void FileAuditLog::Record(Batch& batch) {
  if (options_.max_bytes > 0 && file_->size() >= options_.max_bytes) Rotate();
  const absl::Status written = file_->Append(batch.events, lost_);
  CountWritten();
  lost_ = written.ok() ? 0 : lost_ + batch.count;
  if (!written.ok()) lost_events_ += batch.count;
  TellOf(written);
  const absl::Status answer =
      written.ok() || options_.allow_loss ? absl::OkStatus() : errors::AuditUnavailable();
  for (Done& done : batch.dones) done(answer);
}

void FileAuditLog::Rotate() {
  const absl::Status rotated = file_->Rotate();
  CountWritten();
  const bool told = std::exchange(rotation_failing_, !rotated.ok());
  if (rotated.ok()) return;
  ++failed_rotations_;
  if (!told) {
    telemetry::Log(telemetry::LogLevel::kError, "audit_rotation_failed",
                   {{"error", std::string(rotated.message())}});
  }
}

void FileAuditLog::CountWritten() {
  lines_ = file_->lines_written();
  bytes_ = file_->bytes_written();
  rotations_ = file_->files_begun();
}

void FileAuditLog::TellOf(const absl::Status& status) {
  const bool failed = !status.ok();
  if (std::exchange(failing_, failed) == failed) return;
  if (failed) {
    telemetry::Log(telemetry::LogLevel::kError, "audit_unavailable",
                   {{"error", std::string(status.message())}});
  } else {
    telemetry::Log(telemetry::LogLevel::kInfo, "audit_available",
                   {{"lost_events", static_cast<int64_t>(lost_events_)}});
  }
}

}  // namespace keyward::audit
