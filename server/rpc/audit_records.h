#ifndef KEYWARD_SERVER_RPC_AUDIT_RECORDS_H_
#define KEYWARD_SERVER_RPC_AUDIT_RECORDS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/audit/event.h"

namespace keyward::rpc {

// How one item of a batch ended, kept until all have.
struct ItemRecord {
  audit::Event::Scope scope = audit::Event::Scope::kNone;
  std::string user_id;
  uint32_t key_version = 0;
  absl::Status status;
};

// What the audit log is told of one call: an event, or one for each item of a batch.
class AuditRecords {
 public:
  // Of a call or item that ended with `status`; `key_version` only counts where that is OK.
  // `user_id` must live as long as this.
  void Add(audit::Event::Scope scope, std::string_view user_id, uint32_t key_version,
           const absl::Status& status, std::optional<uint32_t> item = std::nullopt);

  absl::Span<audit::Event> events() { return absl::MakeSpan(events_); }

 private:
  std::vector<audit::Event> events_;
  std::deque<std::string> texts_;  // that events look at
};

// The scope that a request names, whether or not it is a legal one.
template <typename Request>
audit::Event::Scope ScopeOf(const Request& request) {
  if (request.has_user_id()) return audit::Event::Scope::kUser;
  return request.pool() ? audit::Event::Scope::kPool : audit::Event::Scope::kNone;
}

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_AUDIT_RECORDS_H_
