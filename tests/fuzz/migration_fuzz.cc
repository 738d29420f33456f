#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/migrate_value.h"
#include "client/cpp/src/utf8.h"
#include "keyward/tokens.h"
#include "tests/fuzz/fuzz_target.h"

// A rule, and what stands in a Redis: "RULE\nKEY\nFIELD\nVALUE". All but the rule is other
// people's.
namespace keyward::cli {
namespace {

// Up to the next newline; all of the rest where there is none.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

using Answers = std::vector<absl::StatusOr<std::string>>;

void CheckMatch(const MigrationRule& rule, std::string_view key) {
  const auto match = rule.pattern.Match(key);
  if (!match || match->ambiguous || !rule.pattern.names_user()) return;
  Promise(!match->user_id.empty(), "an id is not empty");
  Promise(match->user_id.find(':') == std::string::npos, "an id is one segment");
  Promise(key.find(match->user_id) != std::string_view::npos, "an id stands in the key");
}

// Encrypts with made-up tokens, and brings it back.
void CheckRoundTrip(const MigrationRule& rule, const std::string& field, const std::string& value) {
  MigrationTally tally;
  StoredValue stored{field, value};
  FindPlaces(rule, MigrationMode::kEncrypt, "k", stored, tally);
  if (stored.places.empty()) return;
  Answers tokens, plaintexts;
  for (const Place& place : stored.places) {
    tokens.emplace_back("v2:token");
    plaintexts.emplace_back(place.text);
    Promise(!client::IsEncrypted(place.text), "a token is not encrypted again");
    Promise(!place.json || client::IsUtf8(place.text), "a JSON string is UTF-8");
  }
  const auto sealed = Rewrite(rule, MigrationMode::kEncrypt, "k", stored, tokens, tally);
  Promise(sealed && sealed->count == tokens.size(), "every place is replaced");
  Promise(!rule.paths.empty() || sealed->new_value == "v2:token", "a whole value is replaced");

  MigrationTally again;
  StoredValue now{sealed->new_field, sealed->new_value};
  FindPlaces(rule, MigrationMode::kEncrypt, "k", now, again);
  Promise(now.places.empty() && again.left >= tokens.size(), "a second run changes nothing");
  FindPlaces(rule, MigrationMode::kRollback, "k", now, again);
  if (now.places.size() != plaintexts.size()) return;  // tokens were there before
  const auto back = Rewrite(rule, MigrationMode::kRollback, "k", now, plaintexts, again);
  Promise(back.has_value(), "what was encrypted can be brought back");
  Promise(back->new_field == field || client::ApiKeyHash(back->new_field) == field,
          "no name is lost");
  StoredValue last{back->new_field, back->new_value};
  MigrationTally third;
  FindPlaces(rule, MigrationMode::kEncrypt, "k", last, third);
  Promise(last.places.size() == stored.places.size(), "all places are there again");
  for (std::size_t i = 0; i < last.places.size(); ++i) {
    Promise(last.places[i].text == stored.places[i].text, "all plaintexts are there again");
  }
}

}  // namespace
}  // namespace keyward::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = keyward::AsText(data, size);
  const auto rule = keyward::cli::ParseRule(keyward::cli::TakeLine(text));
  if (!rule.ok()) return 0;
  keyward::cli::CheckMatch(*rule, keyward::cli::TakeLine(text));
  const std::string field(keyward::cli::TakeLine(text));
  keyward::cli::CheckRoundTrip(*rule, field, std::string(text));
  return 0;
}
