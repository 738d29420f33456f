#ifndef KEYWARD_SERVER_AUDIT_CHAIN_H_
#define KEYWARD_SERVER_AUDIT_CHAIN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/audit/keys.h"

// The lines of an audit log, and how each is sealed together with all before it:
//
//   {"seq":7,"time":"2026-01-31T12:00:00.000000Z","event":"call",…,"kek_id":"16 hex
//   digits","mac":"…"}
//
// mac = HMAC-SHA256(line key, mac of the line before, as text ‖ the line up to where ,"mac"
// begins), as 64 hex digits; the first line of all has none before it. seq counts from 1, over
// files and restarts.
//
// A process begins its lines with an opening line, and so does each file; a KEK changes at one
// alone:
//
//   {"seq":1,"time":"…","event":"audit_start","format":1,"kek_id":"…","mac":"…"}
//   {"seq":8,"time":"…","event":"continued","format":1,"previous_seq":7,"previous_kek_id":"…",
//    "previous_mac":"…","kek_id":"…","mac":"…"}
//
// Where a crash or a failed write left a part of a line, it stays, and the opening line after it is
// a "torn_line" with the members of one of these, and "torn_bytes" and "torn_sha256" of that part,
// which ends at a newline or with its file. A line "lost" with "events":N tells that N events
// before it could not be written.
//
// So who has the KEK of no line can change, remove, insert or move none without it being found
// (verify.h), with two exceptions. What is missing at the end of the newest file shows only by a
// later line's seq and mac that were kept elsewhere. And a log may begin at any opening line, since
// old files are deleted some day: that it does shows by its first seq.
namespace keyward::audit {

inline constexpr size_t kKekIdChars = 16;
inline constexpr size_t kMacChars = 64;
// Above what a line can take, even where each byte of its texts is escaped as six characters.
inline constexpr size_t kMaxLineBytes = size_t{128} << 10;

// A line as those after it need it; before the first line of all, 0 and empty.
struct ChainEnd {
  uint64_t seq = 0;
  std::string kek_id;
  std::string mac;

  friend bool operator==(const ChainEnd& a, const ChainEnd& b) = default;
};

// A part of a line: its size, and its SHA-256 as hex digits.
struct TornLine {
  uint64_t bytes = 0;
  std::string sha256;

  friend bool operator==(const TornLine& a, const TornLine& b) = default;
};

// Appends the line after `end` and its newline, and moves `end` to it. `members` stands between its
// seq and its kek_id; it is what AppendEvent writes, without the newline, or one of the two below.
void AppendLine(std::string_view members, const AuditKeys& keys, ChainEnd& end, std::string& out);

std::string OpeningMembers(int64_t time_us, const ChainEnd& previous,
                           const std::optional<TornLine>& torn);
std::string LostMembers(int64_t time_us, uint64_t events);

// What an opening line tells of what is before it.
struct Opening {
  ChainEnd previous;
  std::optional<TornLine> torn;
};

// A line taken apart, not yet verified; the views are into its text.
struct Line {
  uint64_t seq = 0;
  std::string_view time;
  std::string_view event;
  // Between event and kek_id, such as `,"events":3`.
  std::string_view details;
  std::string_view kek_id;
  std::string_view mac;
  // What the mac seals, besides the line before.
  std::string_view sealed;
  std::optional<Opening> opening;

  ChainEnd end() const { return {seq, std::string(kek_id), std::string(mac)}; }
};

// `text` comes without its newline; nullopt where it has not the form of a line.
std::optional<Line> ParseLine(std::string_view text);

// Of a line "lost"; 0 for any other.
uint64_t LostEvents(const Line& line);

// Whether the line's mac is right, after a line of `previous_mac`.
bool IsSealed(const Line& line, std::string_view previous_mac,
              const crypto::HmacSha256Key& line_key);

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_CHAIN_H_
