#ifndef KEYWARD_CLIENT_CLI_MIGRATE_VALUE_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_VALUE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/migrate_rule.h"
#include "client/cli/migrate_tally.h"

namespace keyward::cli {

enum class MigrationMode {
  // Plaintext to tokens.
  kEncrypt,
  // Tokens back to plaintext.
  kRollback,
  // Tokens are opened, and nothing is written.
  kVerify,
};

// No secret is longer: the server's own limit.
inline constexpr std::size_t kMaxPlaintextBytes = std::size_t{1} << 20;
// Room for the token of the longest one.
inline constexpr std::size_t kMaxStoredBytes = std::size_t{3} << 19;

// A part of a stored value that the server is to seal or to open.
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
  // It is the literal of a string in a JSON document.
  bool json = false;
  // Plaintext or token.
  std::string text = {};
};

// What a string key holds, or a field of a hash.
struct StoredValue {
  // Of a hash.
  std::string field;
  std::string value;
  // In the order in which they stand in the value.
  std::vector<Place> places = {};
};

// One thing to write, and what must be there for that.
struct ValueChange {
  std::string old_field;
  std::string old_value;
  std::string new_field;
  std::string new_value;
  // How many secrets it has.
  std::size_t count = 0;
};

// Finds the places of a value that the mode is about, and counts all others. `key` is for the
// tally. Pure.
void FindPlaces(const MigrationRule& rule, MigrationMode mode, const std::string& key,
                StoredValue& stored, MigrationTally& tally);

// What the value becomes with the server's answers, one for each place: nullopt, and counted, where
// all failed. For a verification nothing is to be written, and count alone has a meaning. Pure.
std::optional<ValueChange> Rewrite(const MigrationRule& rule, MigrationMode mode,
                                   const std::string& key, const StoredValue& stored,
                                   absl::Span<const absl::StatusOr<std::string>> answers,
                                   MigrationTally& tally);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_VALUE_H_
