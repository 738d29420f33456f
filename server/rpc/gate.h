#ifndef KEYWARD_SERVER_RPC_GATE_H_
#define KEYWARD_SERVER_RPC_GATE_H_

#include "server/audit/audit_log.h"
#include "server/auth/authorizer.h"
#include "server/rpc/admission.h"
#include "server/rpc/call_log.h"
#include "server/telemetry/named_counters.h"
#include "server/telemetry/span_exporter.h"

namespace keyward::rpc {

// What every call passes on its way in and out. All of it outlives the calls.
struct Gate {
  Admission& admission;
  CallLog& log;
  auth::Authorizer* authorizer;                  // null where nobody is asked: health alone
  audit::AuditLog* audit;                        // null: nothing is recorded
  telemetry::NamedCounters* refusals = nullptr;  // by reason; null: they are not counted
  telemetry::SpanExporter* spans = nullptr;      // null: they are not exported
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_GATE_H_
