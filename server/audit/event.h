#ifndef KEYWARD_SERVER_AUDIT_EVENT_H_
#define KEYWARD_SERVER_AUDIT_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/crypto/hash.h"

namespace keyward::audit {

// What an audit log tells of one call, or of one item of a batch. It has no place for a plaintext,
// key or token, and none may be put into a text. The texts are only looked at while the event is
// appended.
struct Event {
  enum class Scope { kNone, kUser, kPool };

  // When the call came: microseconds since 1970, UTC.
  int64_t time_us = 0;
  // Who called, such as "spiffe://example.org/billing", and from where, such as
  // "ipv4:10.0.0.7:4711".
  std::string_view principal;
  std::string_view peer;
  // The RPC's bare name, such as "Encrypt".
  std::string_view method;
  Scope scope = Scope::kNone;
  // Of kUser.
  std::string_view user_id;
  // 0: none was used.
  uint32_t key_version = 0;
  // The canonical code's name, such as "NOT_FOUND", and Keyward's reason; the latter is empty for
  // OK.
  std::string_view code = "OK";
  std::string_view reason;
  // By what the call is found elsewhere; empty where it is by none. W3C Trace Context's trace id
  // and the caller's span, as lower-case hexadecimal digits, and the request id.
  std::string_view trace_id;
  std::string_view parent_id;
  std::string_view request_id;
  int64_t latency_us = 0;
  // The place in its batch, from 0.
  std::optional<uint32_t> item;
};

// A text beyond this is cut and ends in "…"; a valid user id and a valid SPIFFE id are not.
inline constexpr size_t kMaxTextBytes = 2048;

// Appends what stands between a line's number and its seal (chain.h), with a newline at the end:
//
//   "time":"2026-01-31T12:00:00.000000Z","event":"call","principal":"dns:billing","peer":"…",
//   "method":"Encrypt","item":0,"scope":"user","user_id":"alice","key_version":1,"code":"OK",
//   "reason":"…","trace_id":"…","parent_id":"…","request_id":"…","latency_us":85
//
// in this order, without item, scope, key_version, reason and ids where there is none. With
// `user_key`, the user id is told as "user_hmac" instead: the first 16 bytes, in hex, of its
// HMAC-SHA256 under that key. Whatever the texts hold, the result is one line and valid JSON: bytes
// that are not UTF-8 become U+FFFD.
void AppendEvent(const Event& event, const crypto::HmacSha256Key* user_key, std::string& out);

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_EVENT_H_
