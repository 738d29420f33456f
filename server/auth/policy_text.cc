#include "server/auth/policy_text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "keyward/policy/v1/policy.pb.h"
#include "server/auth/rule_reader.h"
#include "server/auth/text.h"
#include "server/auth/text_rule.h"

namespace keyward::auth {
namespace {

using ::google::protobuf::TextFormat;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
#if GOOGLE_PROTOBUF_VERSION >= 4022000
  void RecordError(int line, int column, absl::string_view message) override {
    Keep({line, column}, message);
  }
#else
  void AddError(int line, int column, const std::string& message) override {
    Keep({line, column}, message);
  }
#endif

  // Of a parse that failed.
  const absl::Status& status() const { return status_; }

 private:
  void Keep(const TextPlace& place, absl::string_view message) {
    if (status_.ok()) status_ = ErrorAt(place, std::string(message));
  }

  absl::Status status_;
};

absl::Status CheckUtf8(std::string_view text) {
  const size_t good = Utf8Prefix(text);
  if (good == text.size()) return absl::OkStatus();
  const std::string_view before = text.substr(0, good);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line = std::count(before.begin(), before.end(), '\n');
  return ErrorAt({static_cast<int>(line), static_cast<int>(good - line_start)}, "not UTF-8");
}

}  // namespace

absl::StatusOr<PolicyRules> ParsePolicyText(std::string_view text) {
  if (absl::Status status = CheckUtf8(text); !status.ok()) return status;
  policy::v1::Policy message;
  TextFormat::ParseInfoTree places;
  FirstError error;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&places);
  if (!parser.ParseFromString(std::string(text), &message)) return error.status();
  return ReadRules(message, places);
}

}  // namespace keyward::auth
