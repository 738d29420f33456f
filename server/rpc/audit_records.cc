#include "server/rpc/audit_records.h"

#include "server/errors/errors.h"

namespace keyward::rpc {

void AuditRecords::Add(audit::Event::Scope scope, std::string_view user_id, uint32_t key_version,
                       const absl::Status& status, std::optional<uint32_t> item) {
  audit::Event event{.scope = scope, .user_id = user_id, .item = item};
  if (status.ok()) {
    event.key_version = key_version;
  } else {
    event.code = texts_.emplace_back(absl::StatusCodeToString(status.code()));
    event.reason = texts_.emplace_back(errors::Reason(status));
  }
  events_.push_back(event);
}

}  // namespace keyward::rpc
