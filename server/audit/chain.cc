#include "server/audit/chain.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "server/audit/timestamp.h"

namespace keyward::audit {
namespace {

using MacText = std::array<char, kMacChars>;

constexpr std::string_view kSeq = R"({"seq":)";
constexpr std::string_view kTime = R"(,"time":")";
constexpr std::string_view kEvent = R"(","event":")";
constexpr std::string_view kKekId = R"(,"kek_id":")";
constexpr std::string_view kMac = R"(,"mac":")";
constexpr std::string_view kEnd = R"("})";

MacText ToHex(const crypto::Sha256Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  MacText text;
  for (size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return text;
}

std::string_view View(const MacText& mac) { return {mac.data(), mac.size()}; }

void AppendNumber(uint64_t number, std::string& out) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

// Each of these takes what it names off the text's front, or says that it does not stand there.
bool TakeLiteral(std::string_view literal, std::string_view& text) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

bool TakeNumber(uint64_t& number, std::string_view& text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '0') return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool TakeHex(size_t chars, std::string_view& hex, std::string_view& text) {
  hex = text.substr(0, chars);
  const bool all = std::all_of(hex.begin(), hex.end(), [](char each) {
    return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
  });
  if (hex.size() < chars || !all) return false;
  text.remove_prefix(chars);
  return true;
}

bool TakeHex(size_t chars, std::string& hex, std::string_view& text) {
  std::string_view view;
  const bool taken = TakeHex(chars, view, text);
  hex = view;
  return taken;
}

bool TakeName(std::string_view& name, std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char each) {
    return each != '_' && (each < 'a' || each > 'z');
  });
  name = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return !name.empty();
}

// The last members, of which each has its length.
bool TakeSeal(Line& line, std::string_view& text) {
  constexpr size_t kSealChars =
      kKekId.size() + kKekIdChars + 1 + kMac.size() + kMacChars + kEnd.size();
  if (text.size() < kSealChars) return false;
  std::string_view seal = text.substr(text.size() - kSealChars);
  text.remove_suffix(kSealChars);
  return TakeLiteral(kKekId, seal) && TakeHex(kKekIdChars, line.kek_id, seal) &&
         TakeLiteral("\"", seal) && TakeLiteral(kMac, seal) && TakeHex(kMacChars, line.mac, seal) &&
         seal == kEnd;
}

bool TakePrevious(ChainEnd& previous, std::string_view& text) {
  return TakeLiteral(R"(,"previous_seq":)", text) && TakeNumber(previous.seq, text) &&
         TakeLiteral(R"(,"previous_kek_id":")", text) &&
         TakeHex(kKekIdChars, previous.kek_id, text) &&
         TakeLiteral(R"(","previous_mac":")", text) && TakeHex(kMacChars, previous.mac, text) &&
         TakeLiteral("\"", text);
}

bool TakeTorn(TornLine& torn, std::string_view& text) {
  return TakeLiteral(R"(,"torn_bytes":)", text) && TakeNumber(torn.bytes, text) &&
         TakeLiteral(R"(,"torn_sha256":")", text) && TakeHex(kMacChars, torn.sha256, text) &&
         TakeLiteral("\"", text);
}

std::string_view OpeningName(const Opening& opening) {
  if (opening.torn) return "torn_line";
  return opening.previous.seq == 0 ? "audit_start" : "continued";
}

bool IsOpening(std::string_view event) {
  return event == "audit_start" || event == "continued" || event == "torn_line";
}

// False where the line says that it is an opening line, and is none.
bool ReadOpening(Line& line) {
  if (!IsOpening(line.event)) return true;
  Opening& opening = line.opening.emplace();
  std::string_view text = line.details;
  if (!TakeLiteral(R"(,"format":1)", text)) return false;
  if (line.seq > 1 && !TakePrevious(opening.previous, text)) return false;
  if (line.event == "torn_line" && !TakeTorn(opening.torn.emplace(), text)) return false;
  return text.empty() && opening.previous.seq + 1 == line.seq && OpeningName(opening) == line.event;
}

void AppendName(int64_t time_us, std::string_view event, std::string& out) {
  out.append(kTime.substr(1));
  AppendTimestamp(time_us, out);
  out.append(kEvent).append(event).push_back('"');
}

}  // namespace

void AppendLine(std::string_view members, const AuditKeys& keys, ChainEnd& end, std::string& out) {
  const size_t begin = out.size();
  out.append(kSeq);
  AppendNumber(++end.seq, out);
  out.append(",").append(members).append(kKekId).append(keys.kek_id).push_back('"');
  const MacText mac = ToHex(keys.line_key.Sign(end.mac, std::string_view(out).substr(begin)));
  out.append(kMac).append(View(mac)).append(kEnd).push_back('\n');
  end.kek_id = keys.kek_id;
  end.mac.assign(mac.data(), mac.size());
}

std::string OpeningMembers(int64_t time_us, const ChainEnd& previous,
                           const std::optional<TornLine>& torn) {
  std::string out;
  AppendName(time_us, OpeningName({previous, torn}), out);
  out.append(R"(,"format":1)");
  if (previous.seq > 0) {
    out.append(R"(,"previous_seq":)");
    AppendNumber(previous.seq, out);
    out.append(R"(,"previous_kek_id":")").append(previous.kek_id);
    out.append(R"(","previous_mac":")").append(previous.mac).push_back('"');
  }
  if (torn) {
    out.append(R"(,"torn_bytes":)");
    AppendNumber(torn->bytes, out);
    out.append(R"(,"torn_sha256":")").append(torn->sha256).push_back('"');
  }
  return out;
}

std::string LostMembers(int64_t time_us, uint64_t events) {
  std::string out;
  AppendName(time_us, "lost", out);
  out.append(R"(,"events":)");
  AppendNumber(events, out);
  return out;
}

std::optional<Line> ParseLine(std::string_view text) {
  if (text.size() > kMaxLineBytes) return std::nullopt;
  Line line;
  line.sealed =
      text.substr(0, text.size() - std::min(text.size(), kMac.size() + kMacChars + kEnd.size()));
  if (!TakeSeal(line, text)) return std::nullopt;
  if (!TakeLiteral(kSeq, text) || !TakeNumber(line.seq, text) || !TakeLiteral(kTime, text) ||
      text.size() < kTimestampChars) {
    return std::nullopt;
  }
  line.time = text.substr(0, kTimestampChars);
  text.remove_prefix(kTimestampChars);
  if (!TakeLiteral(kEvent, text) || !TakeName(line.event, text) || !TakeLiteral("\"", text)) {
    return std::nullopt;
  }
  line.details = text;
  if (!ReadOpening(line)) return std::nullopt;
  return line;
}

uint64_t LostEvents(const Line& line) {
  std::string_view details = line.details;
  uint64_t events = 0;
  const bool lost = line.event == "lost" && TakeLiteral(R"(,"events":)", details);
  return lost && TakeNumber(events, details) ? events : 0;
}

bool IsSealed(const Line& line, std::string_view previous_mac,
              const crypto::HmacSha256Key& line_key) {
  return View(ToHex(line_key.Sign(previous_mac, line.sealed))) == line.mac;
}

}  // namespace keyward::audit
