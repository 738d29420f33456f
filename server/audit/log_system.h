#ifndef KEYWARD_SERVER_AUDIT_LOG_SYSTEM_H_
#define KEYWARD_SERVER_AUDIT_LOG_SYSTEM_H_

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace keyward::audit {

// What a log asks of the operating system and where a test may let it fail: each as the system call
// of the name, errno included. Thread-safe.
class LogSystem {
 public:
  virtual ~LogSystem() = default;

  virtual ssize_t Write(int file, std::string_view bytes);
  // fdatasync.
  virtual int Sync(int file);
  virtual int Truncate(int file, off_t size);
  // Microseconds since 1970, UTC.
  virtual int64_t NowMicros();
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_LOG_SYSTEM_H_
