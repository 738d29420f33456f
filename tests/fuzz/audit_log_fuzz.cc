#include <string>
#include <vector>

#include "server/audit/verify.h"
#include "tests/fuzz/fuzz_target.h"

namespace keyward::audit {
namespace {

const std::vector<AuditKeys>& Keys() {
  static const std::vector<AuditKeys> keys = [] {
    std::vector<AuditKeys> made;
    made.emplace_back(crypto::SecretBytes::CopyOf(std::string(32, 'K')), "4b4b4b4b4b4b4b4b");
    made.emplace_back(crypto::SecretBytes::CopyOf(std::string(32, 'L')), "4c4c4c4c4c4c4c4c");
    return made;
  }();
  return keys;
}

Verifier Verified(std::string_view text, size_t piece) {
  Verifier verifier(Keys());
  verifier.BeginFile("log");
  for (size_t at = 0; at < text.size(); at += piece) verifier.Feed(text.substr(at, piece));
  verifier.Finish();
  return verifier;
}

void CheckLine(std::string_view text) {
  const auto line = ParseLine(text);
  if (!line) return;
  Promise(line->seq > 0, "lines count from 1");
  Promise(
      text.starts_with(line->sealed) && text.substr(line->sealed.size()).starts_with(",\"mac\":"),
      "all before the mac is sealed");
  Promise(line->kek_id.size() == kKekIdChars && line->mac.size() == kMacChars,
          "a seal has its size");
  Promise(text.find('\n') == text.npos || line->details.find('\n') != line->details.npos,
          "a newline is nowhere but in what the mac alone judges");
  if (line->opening) {
    Promise(line->opening->previous.seq + 1 == line->seq, "an opening line is the next one");
  }
}

void Check(std::string_view text) {
  CheckLine(text.substr(0, text.find('\n')));
  const Verifier whole = Verified(text, text.size() + 1);
  const Verifier pieces = Verified(text, 61);
  Promise(whole.problem().has_value() == pieces.problem().has_value(), "pieces make no difference");
  Promise(whole.log().end == pieces.log().end, "pieces end where the whole does");
  if (!whole.problem()) {
    Promise(whole.log().lines > 0 && text.ends_with('\n'), "a good log ends with a line");
    return;
  }
  Promise(whole.problem()->line == pieces.problem()->line, "the problem has one place");
  Promise(whole.problem()->what.size() < 200, "the problem does not quote the log at length");
}

}  // namespace
}  // namespace keyward::audit

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::audit::Check(keyward::AsText(data, size));
  return 0;
}
