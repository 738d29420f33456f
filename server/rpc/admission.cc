#include "server/rpc/admission.h"

#include "server/errors/errors.h"

namespace keyward::rpc {

absl::Status Admission::Enter(size_t request_bytes) {
  const int64_t in_flight = entered_.fetch_add(1) + 1 - left_;
  int64_t large_bytes = 0;
  if (request_bytes >= kLargeBytes) {
    const auto size = static_cast<int64_t>(request_bytes);
    large_bytes = large_bytes_.fetch_add(size) + size;
  }
  if (draining_) return errors::Draining();
  if (in_flight > max_in_flight_ || large_bytes > max_bytes_) return errors::Overloaded();
  return absl::OkStatus();
}

void Admission::Leave(size_t request_bytes) {
  if (request_bytes >= kLargeBytes) large_bytes_.fetch_sub(static_cast<int64_t>(request_bytes));
  left_.fetch_add(1);
}

}  // namespace keyward::rpc
