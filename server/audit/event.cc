#include "server/audit/event.h"

#include <charconv>
#include <iterator>

#include "absl/strings/escaping.h"
#include "server/audit/timestamp.h"
#include "server/telemetry/json.h"

namespace keyward::audit {
namespace {

constexpr size_t kUserHmacBytes = 16;

void AppendNumber(int64_t number, std::string& out) {
  char text[20];
  const auto end = std::to_chars(std::begin(text), std::end(text), number).ptr;
  out.append(text, end);
}

void AppendText(std::string_view name, std::string_view value, std::string& out) {
  out.append(name);
  if (value.size() <= kMaxTextBytes) {
    telemetry::AppendJsonString(value, out);
  } else {
    telemetry::AppendJsonString(value.substr(0, kMaxTextBytes), out);
    out.insert(out.size() - 1, "…");
  }
}

void AppendUserHmac(std::string_view user_id, const crypto::HmacSha256Key& key, std::string& out) {
  const crypto::Sha256Digest digest = key.Sign(user_id);
  out.append(R"(,"user_hmac":")");
  out.append(
      absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), kUserHmacBytes}));
  out.push_back('"');
}

void AppendIfAny(std::string_view name, std::string_view value, std::string& out) {
  if (!value.empty()) AppendText(name, value, out);
}

void AppendScope(const Event& event, const crypto::HmacSha256Key* user_key, std::string& out) {
  if (event.scope == Event::Scope::kPool) {
    out.append(R"(,"scope":"pool")");
  } else if (event.scope == Event::Scope::kUser) {
    out.append(R"(,"scope":"user")");
    if (user_key != nullptr) {
      AppendUserHmac(event.user_id, *user_key, out);
    } else {
      AppendText(R"(,"user_id":)", event.user_id, out);
    }
  }
}

}  // namespace

void AppendEvent(const Event& event, const crypto::HmacSha256Key* user_key, std::string& out) {
  out.append(R"("time":")");
  AppendTimestamp(event.time_us, out);
  AppendText(R"(","event":"call","principal":)", event.principal, out);
  AppendText(R"(,"peer":)", event.peer, out);
  AppendText(R"(,"method":)", event.method, out);
  if (event.item) {
    out.append(R"(,"item":)");
    AppendNumber(*event.item, out);
  }
  AppendScope(event, user_key, out);
  if (event.key_version != 0) {
    out.append(R"(,"key_version":)");
    AppendNumber(event.key_version, out);
  }
  AppendText(R"(,"code":)", event.code, out);
  AppendIfAny(R"(,"reason":)", event.reason, out);
  AppendIfAny(R"(,"trace_id":)", event.trace_id, out);
  AppendIfAny(R"(,"parent_id":)", event.parent_id, out);
  AppendIfAny(R"(,"request_id":)", event.request_id, out);
  out.append(R"(,"latency_us":)");
  AppendNumber(event.latency_us, out);
  out.push_back('\n');
}

}  // namespace keyward::audit
