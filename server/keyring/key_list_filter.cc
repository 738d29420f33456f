#include "server/keyring/key_list_filter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/keyring/kek.h"

namespace keyward::keyring {
namespace {

using store::UserState;

struct StateName {
  std::string_view name;
  UserState state;
};
constexpr std::array kStateNames = {
    StateName{"ACTIVE", UserState::kActive}, StateName{"DISABLED", UserState::kDisabled},
    StateName{"DELETED", UserState::kDeleted}, StateName{"DESTROYED", UserState::kDestroyed}};

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// What follows of a word is all but white space, quotes and the equals sign.
bool IsOfWord(char c) { return !IsSpace(c) && c != '"' && c != '='; }

// A value as it was written.
struct Value {
  size_t begin = 0;
  std::string text;
  bool ends_in_star = false;  // one that is not escaped; it is not part of the text
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool AtEnd() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    return at_ == text_.size();
  }
  size_t at() const { return at_; }

  // Empty where none stands there.
  std::string_view Word() {
    if (AtEnd()) return {};
    const size_t begin = at_;
    while (at_ < text_.size() && IsOfWord(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  absl::StatusOr<Value> ReadValue() {
    if (AtEnd()) return Error(at_, "a value is missing");
    Value value{.begin = at_};
    const bool quoted = Take('"');
    for (; at_ < text_.size() && (quoted ? text_[at_] != '"' : IsOfWord(text_[at_])); ++at_) {
      if (value.ends_in_star) return Error(at_, "a star stands at the end alone");
      if (text_[at_] == '*') {
        value.ends_in_star = true;
      } else {
        if (quoted && text_[at_] == '\\' && !TakeEscape()) return Error(at_, "no such escape");
        value.text.push_back(text_[at_]);
      }
    }
    if (quoted && !Take('"')) return Error(at_, "a closing quote is missing");
    if (value.text.empty() && !value.ends_in_star) return Error(value.begin, "a value is empty");
    return value;
  }

  static absl::Status Error(size_t at, std::string_view what) {
    return errors::InvalidRequest(
        absl::StrCat("filter, at byte ", at + 1, ": ", std::string(what)));
  }

 private:
  bool TakeEscape() {
    if (at_ + 1 == text_.size()) return false;
    const char c = text_[++at_];
    return c == '"' || c == '\\' || c == '*';
  }

  const std::string_view text_;
  size_t at_ = 0;
};

absl::Status SetState(Reader& in, KeyListFilter& filter) {
  const auto value = in.ReadValue();
  if (!value.ok()) return value.status();
  const auto* found = std::find_if(kStateNames.begin(), kStateNames.end(), [&](const auto& each) {
    return each.name == value->text && !value->ends_in_star;
  });
  if (found == kStateNames.end()) {
    return Reader::Error(value->begin, "state is ACTIVE, DISABLED, DELETED or DESTROYED");
  };
  filter.state = found->state;
  return absl::OkStatus();
}

absl::Status SetKekId(Reader& in, KeyListFilter& filter) {
  const auto value = in.ReadValue();
  if (!value.ok()) return value.status();
  auto kek_id = value->ends_in_star ? std::nullopt : ParseKekId(value->text);
  if (!kek_id) return Reader::Error(value->begin, "kek_id is 16 hex digits");
  filter.kek_id = *std::move(kek_id);
  return absl::OkStatus();
}

absl::Status SetUserId(Reader& in, KeyListFilter& filter) {
  auto value = in.ReadValue();
  if (!value.ok()) return value.status();
  if (value->text.find('\0') != std::string::npos) {
    return Reader::Error(value->begin, "user_id holds a NUL");
  }
  filter.user_id = std::move(value->text);
  filter.user_id_is_prefix = value->ends_in_star;
  return absl::OkStatus();
}

absl::Status ReadCondition(Reader& in, KeyListFilter& filter) {
  const std::string_view field = in.Word();
  const size_t begin = in.at() - field.size();
  const bool twice = (field == "state" && filter.state) || (field == "kek_id" && filter.kek_id) ||
                     (field == "user_id" && filter.user_id);
  if (twice) return Reader::Error(begin, "a field stands there twice");
  const bool known = field == "state" || field == "kek_id" || field == "user_id";
  if (!known) return Reader::Error(begin, "state, kek_id or user_id is expected");
  if (!in.Take('=')) return Reader::Error(in.at(), "= is expected");
  if (field == "state") return SetState(in, filter);
  if (field == "kek_id") return SetKekId(in, filter);
  return SetUserId(in, filter);
}

}  // namespace

bool KeyListFilter::Matches(const store::UserKeys& user) const {
  if (state && user.state != *state) return false;
  if (user_id) {
    const bool matches =
        user_id_is_prefix ? user.user_id.starts_with(*user_id) : user.user_id == *user_id;
    if (!matches) return false;
  }
  return !kek_id || std::any_of(user.versions.begin(), user.versions.end(), [&](const auto& key) {
    return key.state != store::VersionState::kDestroyed && key.kek_id == *kek_id;
  });
}

absl::StatusOr<KeyListFilter> ParseKeyListFilter(std::string_view text) {
  KeyListFilter filter;
  Reader in(text);
  if (in.AtEnd()) return filter;
  while (true) {
    if (absl::Status status = ReadCondition(in, filter); !status.ok()) return status;
    if (in.AtEnd()) return filter;
    const size_t begin = in.at();
    if (in.Word() != "AND") return Reader::Error(begin, "AND is expected");
  }
}

}  // namespace keyward::keyring
