#include "server/telemetry/trace_context.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using keyward::Promise;

void CheckId(std::string_view id, size_t digits) {
  Promise(id.size() == digits, "an id is as long as it is to be");
  Promise(id.find_first_not_of("0123456789abcdef") == id.npos, "an id is hexadecimal digits");
  Promise(id.find_first_not_of('0') != id.npos, "an id is not all zero");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view header = keyward::AsText(data, size);
  const auto context = keyward::telemetry::ParseTraceparent(header);
  if (!context) return 0;
  CheckId(context->trace_id, keyward::telemetry::TraceContext::kTraceIdDigits);
  CheckId(context->parent_id, keyward::telemetry::TraceContext::kParentIdDigits);
  Promise(header.substr(3).starts_with(context->trace_id), "the trace id is the header's");
  Promise(header.find(context->parent_id) != header.npos, "the parent's id is the header's");
  return 0;
}
