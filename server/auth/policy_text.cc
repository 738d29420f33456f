#include "server/auth/policy_text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <string>

#include "keyward/policy/v1/policy.pb.h"
#include "server/auth/rule_reader.h"
#include "server/auth/text_rule.h"
#include "server/text/text.h"

namespace keyward::auth {
namespace {

using ::google::protobuf::TextFormat;
using ::google::protobuf::io::Tokenizer;

// What the parser, or a tokenizer, finds wrong first.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
#if GOOGLE_PROTOBUF_VERSION >= 4022000
  void RecordError(int line, int column, absl::string_view message) override {
    Keep({line, column}, std::string(message));
  }
#else
  void AddError(int line, int column, const std::string& message) override {
    Keep({line, column}, message);
  }
#endif

  const TextPlace& place() const { return place_; }
  const std::string& message() const { return message_; }

 private:
  void Keep(const TextPlace& place, const std::string& message) {
    if (!message_.empty()) return;
    place_ = place;
    message_ = message;
  }

  TextPlace place_;
  std::string message_;
};

bool IsBefore(const Tokenizer::Token& token, const TextPlace& place) {
  return token.line < place.line || (token.line == place.line && token.column < place.column);
}

// The parser has read a wrong name or value, which it quotes, before it complains, and says where
// the next token is, which may be lines away. This is the place of what it complains of.
TextPlace PlaceOf(const FirstError& error, const std::string& text) {
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  FirstError ignored;
  Tokenizer tokens(&stream, &ignored);
  tokens.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
  tokens.set_allow_f_after_float(true);
  tokens.set_require_space_after_number(false);
  tokens.set_allow_multiline_strings(true);
  while (tokens.Next() && IsBefore(tokens.current(), error.place())) {
  }
  const Tokenizer::Token& before = tokens.previous();
  const bool is_quoted =
      !before.text.empty() && error.message().find('"' + before.text + '"') != std::string::npos;
  return is_quoted ? TextPlace{before.line, before.column} : error.place();
}

absl::Status CheckUtf8(std::string_view text) {
  const size_t good = text::Utf8Prefix(text);
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
  const std::string copy(text);
  if (!parser.ParseFromString(copy, &message)) {
    return ErrorAt(PlaceOf(error, copy), text::OneLine(error.message()));
  }
  return ReadRules(message, places);
}

}  // namespace keyward::auth
