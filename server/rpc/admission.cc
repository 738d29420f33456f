#include "server/rpc/admission.h"

#include "server/errors/errors.h"

namespace keyward::rpc {

absl::Status Admission::Enter() {
  arrivals_.fetch_add(1);
  const int64_t in_flight = in_flight_.fetch_add(1) + 1;
  if (draining_) return errors::Draining();
  if (in_flight > max_in_flight_) return errors::Overloaded();
  return absl::OkStatus();
}

}  // namespace keyward::rpc
