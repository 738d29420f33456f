#include "server/rpc/call_trace.h"

#include <algorithm>
#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

namespace keyward::rpc {
namespace {

// Empty where there is no such header, or more than one.
std::string_view OnlyValue(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata,
                           const char* name) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) return {};
  if (const auto next = std::next(found); next != metadata.end() && next->first == name) return {};
  return {found->second.data(), found->second.size()};
}

bool IsRequestId(std::string_view text) {
  return text.size() <= CallTrace::kMaxRequestIdBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return '!' <= c && c <= '~'; });
}

}  // namespace

void CallTrace::Take(const grpc::ServerContext& context) {
  const auto& metadata = context.client_metadata();
  parent_ = telemetry::ParseTraceparent(OnlyValue(metadata, telemetry::kTraceparent));
  const std::string_view brought = OnlyValue(metadata, kRequestIdKey);
  if (IsRequestId(brought)) brought_ = brought;
}

void CallTrace::NameRequest() {
  if (!request_id().empty()) return;
  thread_local absl::BitGen random;
  for (int half = 0; half < 2; ++half) {
    absl::StrAppend(&made_, absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
  }
}

void CallTrace::AddTo(grpc::ServerContext& context) const {
  if (!request_id().empty()) context.AddTrailingMetadata(kRequestIdKey, std::string(request_id()));
}

}  // namespace keyward::rpc
