#include "server/auth/text_rule.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/text/text.h"

namespace keyward::auth {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::TextFormat;

constexpr size_t kMaxQuotedBytes = 100;

// Newer releases of Protobuf have another function, which Debian 12's has not.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
TextFormat::ParseLocation LocationOf(const TextFormat::ParseInfoTree& places,
                                     const FieldDescriptor* field, int index) {
  return places.GetLocation(field, index);
}
#pragma GCC diagnostic pop

// Of the value, or of the list that it stands in; `otherwise` where Protobuf knows neither.
TextPlace PlaceOf(const TextFormat::ParseInfoTree& places, const FieldDescriptor* field, int index,
                  const TextPlace& otherwise) {
  for (int i = index; i >= (field->is_repeated() ? 0 : -1); --i) {
    const TextFormat::ParseLocation location = LocationOf(places, field, i);
    if (location.line >= 0) return {location.line, location.column};
  }
  return otherwise;
}

}  // namespace

absl::Status ErrorAt(const TextPlace& place, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place.line + 1, ":", place.column + 1, ": ",
                                                 absl::string_view(what.data(), what.size())));
}

absl::Status TextRule::Error(std::string_view what) const {
  return ErrorAt(place_, absl::StrCat(name_, " ", absl::string_view(what.data(), what.size())));
}

absl::Status TextRule::Error(int field_number, int index, std::string_view what) const {
  const FieldDescriptor* field = type_->FindFieldByNumber(field_number);
  const TextPlace place = places_ == nullptr ? place_ : PlaceOf(*places_, field, index, place_);
  return ErrorAt(place, absl::StrCat(name_, ": ", absl::string_view(what.data(), what.size())));
}

std::string TextRule::Quoted(std::string_view value) {
  std::string_view shown = value.substr(0, kMaxQuotedBytes);
  const bool is_utf8 = text::Utf8Prefix(value) == value.size();
  if (is_utf8) shown = shown.substr(0, text::Utf8Prefix(shown));
  const absl::string_view text(shown.data(), shown.size());
  return absl::StrCat("\"", is_utf8 ? absl::Utf8SafeCEscape(text) : absl::CEscape(text),
                      shown.size() == value.size() ? "\"" : "…\"");
}

TextRules::TextRules(std::string_view kind, const TextFormat::ParseInfoTree& places,
                     const ::google::protobuf::Descriptor* parent, int field_number)
    : kind_(kind), places_(places), field_(parent->FindFieldByNumber(field_number)) {}

TextRule TextRules::Next() {
  const TextFormat::ParseLocation location = LocationOf(places_, field_, count_);
  if (location.line >= 0) place_ = {location.line, location.column};
  TextRule rule;
  rule.name_ = absl::StrCat(kind_, " ", count_ + 1);
  rule.place_ = place_;
  rule.type_ = field_->message_type();
  rule.places_ = places_.GetTreeForNested(field_, count_);
  ++count_;
  return rule;
}

}  // namespace keyward::auth
