#ifndef KEYWARD_CLIENT_CLI_MIGRATE_PATTERN_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_PATTERN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace keyward::cli {

// What a pattern says of a key that it fits.
struct KeyMatch {
  // Empty where the pattern names no user.
  std::string user_id;
  // The pattern fits in more than one way, each with another user.
  bool ambiguous = false;
};

// Which keys a rule is for, and where in them the user's id stands: "app:keys:{user_id}:*".
//
//   {user_id}   one or more characters without ':'; at most once
//   {name}      the same, of no meaning
//   *           anything, also nothing
//   \x          the character x itself, such as a brace of a Redis Cluster hash tag
class KeyPattern {
 public:
  static absl::StatusOr<KeyPattern> Parse(std::string_view text);

  bool names_user() const { return user_.has_value(); }
  // For SCAN's MATCH: it fits every key that the pattern fits, and may fit more.
  std::string Glob() const;
  // nullopt where the key does not fit.
  std::optional<KeyMatch> Match(std::string_view key) const;

 private:
  enum class Kind { kLiteral, kSegment, kAnything };
  struct Element {
    Kind kind;
    // Of a literal.
    std::string text;
  };
  using Elements = std::vector<Element>;

  absl::Status AddPlaceholder(std::string_view name);
  absl::Status CheckNeighbours() const;
  void AddLiteral(char character);
  static std::vector<bool> Ends(const Elements& elements, std::string_view key);

  Elements elements_;
  // Which of them is the user's id.
  std::optional<std::size_t> user_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_PATTERN_H_
