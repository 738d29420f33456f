#include "server/rpc/admission.h"

#include "server/errors/errors.h"

namespace keyward::rpc {

absl::Status Admission::Enter(size_t request_bytes) {
  const auto size = static_cast<int64_t>(request_bytes);
  arrivals_.fetch_add(1);
  const int64_t in_flight = in_flight_.fetch_add(1) + 1;
  const int64_t bytes = bytes_.fetch_add(size) + size;
  if (draining_) return errors::Draining();
  if (in_flight > max_in_flight_ || bytes > max_bytes_) return errors::Overloaded();
  return absl::OkStatus();
}

void Admission::Leave(size_t request_bytes) {
  bytes_.fetch_sub(static_cast<int64_t>(request_bytes));
  in_flight_.fetch_sub(1);
}

}  // namespace keyward::rpc
