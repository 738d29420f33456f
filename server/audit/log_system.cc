#include "server/audit/log_system.h"

#include <unistd.h>

#include <chrono>

namespace keyward::audit {

ssize_t LogSystem::Write(int file, std::string_view bytes) {
  return write(file, bytes.data(), bytes.size());
}

int LogSystem::Sync(int file) { return fdatasync(file); }

int LogSystem::Truncate(int file, off_t size) { return ftruncate(file, size); }

int64_t LogSystem::NowMicros() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
}

}  // namespace keyward::audit
