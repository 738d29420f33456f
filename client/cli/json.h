#ifndef KEYWARD_CLIENT_CLI_JSON_H_
#define KEYWARD_CLIENT_CLI_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace keyward::cli {

// A JSON string. Bytes that are not UTF-8 become U+FFFD.
std::string JsonText(std::string_view text);

// A JSON object on one line, its members in the order in which they were added.
class JsonObject {
 public:
  JsonObject& Text(std::string_view name, std::string_view value);
  JsonObject& Number(std::string_view name, std::uint64_t value);
  JsonObject& Boolean(std::string_view name, bool value);
  // `value`: JSON already, on one line.
  JsonObject& Json(std::string_view name, std::string_view value) { return Add(name, value); }
  JsonObject& Object(std::string_view name, const JsonObject& value);

  std::string Line() const { return "{" + members_ + "}"; }

 private:
  JsonObject& Add(std::string_view name, std::string_view value);

  std::string members_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_JSON_H_
