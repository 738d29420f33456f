#ifndef KEYWARD_SERVER_AUTH_TEXT_RULE_H_
#define KEYWARD_SERVER_AUTH_TEXT_RULE_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keyward::auth {

// A place in a text as Protobuf's parser counts: from 0, with tab stops every 8 columns.
struct TextPlace {
  int line = 0;
  int column = 0;
};

// INVALID_ARGUMENT, "LINE:COLUMN: what", counted from 1.
absl::Status ErrorAt(const TextPlace& place, std::string_view what);

// One rule of a policy's text, to say what is wrong with it and where: "7:3: grant 2 has no
// permissions".
class TextRule {
 public:
  // About the rule as a whole.
  absl::Status Error(std::string_view what) const;
  // About a value of one of its fields; index -1 where the field is not repeated.
  absl::Status Error(int field_number, int index, std::string_view what) const;

  // Where it begins, counted from 1.
  int line() const { return place_.line + 1; }

  // A value of the text for a message: on one line, and not too much of it.
  static std::string Quoted(std::string_view value);

 private:
  friend class TextRules;
  using Places = ::google::protobuf::TextFormat::ParseInfoTree;

  std::string name_;
  TextPlace place_;
  const ::google::protobuf::Descriptor* type_ = nullptr;
  // Of its fields.
  const Places* places_ = nullptr;
};

// The rules of one repeated field, in their order.
class TextRules {
 public:
  // `kind` names them in messages.
  TextRules(std::string_view kind, const ::google::protobuf::TextFormat::ParseInfoTree& places,
            const ::google::protobuf::Descriptor* parent, int field_number);

  TextRule Next();

 private:
  const std::string kind_;
  const ::google::protobuf::TextFormat::ParseInfoTree& places_;
  const ::google::protobuf::FieldDescriptor* const field_;
  int count_ = 0;
  // Of the rule before, which is where a list of them begins: those within it have no place of
  // their own.
  TextPlace place_;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_TEXT_RULE_H_
