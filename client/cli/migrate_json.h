#ifndef KEYWARD_CLIENT_CLI_MIGRATE_JSON_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_JSON_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace keyward::cli {

// Where in a JSON document a value stands: a JSON pointer (RFC 6901), "/keys/0/secret", or the same
// as "keys.0.secret".
class JsonPath {
 public:
  static absl::StatusOr<JsonPath> Parse(std::string_view text);

  // Names of members, or indexes of arrays.
  const std::vector<std::string>& steps() const { return steps_; }

  friend bool operator==(const JsonPath&, const JsonPath&) = default;

 private:
  std::vector<std::string> steps_;
};

// What a document has at a path.
struct JsonFinding {
  enum class What {
    kString,
    // Or null.
    kNothing,
    kAnotherType,
    // An object on the path has the member twice.
    kTwice,
  };
  What what = What::kNothing;
  // Of a string: where its literal stands, quotes included, and what it says.
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text = {};
};

// A view of a text that is JSON, of which single strings can be replaced with everything around
// them left as it was written.
class JsonDocument {
 public:
  // nullopt where the text is not JSON (RFC 8259).
  static std::optional<JsonDocument> Read(std::string_view text);

  JsonFinding Find(const JsonPath& path) const;

 private:
  explicit JsonDocument(std::string_view text) : text_(text) {}

  std::size_t SkipSpace(std::size_t at) const;
  std::size_t EndOfString(std::size_t at) const;
  std::size_t EndOfValue(std::size_t at) const;
  std::string Decoded(std::size_t begin, std::size_t end) const;
  // Begins of the member's values, or of the element: none, one, or several.
  std::vector<std::size_t> Members(std::size_t object, const std::string& name) const;
  std::vector<std::size_t> Element(std::size_t array, const std::string& index) const;

  std::string_view text_;
};

// A literal of a JSON string. `ascii`: everything else is escaped, as Python's json.dumps does it.
// `text` must be UTF-8.
std::string JsonLiteral(const std::string& text, bool ascii);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_JSON_H_
