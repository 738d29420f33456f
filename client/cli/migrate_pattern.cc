#include "client/cli/migrate_pattern.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

constexpr std::string_view kUserId = "user_id";
constexpr std::string_view kSpecialInGlobs = "*?[]\\";

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9') || each == '_';
  });
}

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// Positions after `text`, of those before it.
std::vector<bool> AfterLiteral(const std::vector<bool>& before, std::string_view text,
                               std::string_view key) {
  std::vector<bool> after(before.size());
  for (std::size_t at = 0; at + text.size() <= key.size(); ++at) {
    if (before[at] && key.substr(at, text.size()) == text) after[at + text.size()] = true;
  }
  return after;
}

// Positions after one or more characters without ':'.
std::vector<bool> AfterSegment(const std::vector<bool>& before, std::string_view key) {
  std::vector<bool> after(before.size());
  bool inside = false;
  for (std::size_t at = 0; at < before.size(); ++at) {
    after[at] = inside;
    inside = (inside || before[at]) && at < key.size() && key[at] != ':';
  }
  return after;
}

std::vector<bool> AfterAnything(std::vector<bool> before) {
  std::fill(std::find(before.begin(), before.end(), true), before.end(), true);
  return before;
}

std::string Reversed(std::string_view text) { return {text.rbegin(), text.rend()}; }

}  // namespace

absl::StatusOr<KeyPattern> KeyPattern::Parse(std::string_view text) {
  KeyPattern pattern;
  if (text.empty()) return Wrong("the pattern is empty");
  while (!text.empty()) {
    const char first = text[0];
    text.remove_prefix(1);
    if (first == '*') {
      pattern.elements_.push_back({Kind::kAnything, ""});
    } else if (first == '{') {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos) return Wrong("a '{' of the pattern has no '}'");
      const absl::Status added = pattern.AddPlaceholder(text.substr(0, end));
      if (!added.ok()) return added;
      text.remove_prefix(end + 1);
    } else if (first == '}') {
      return Wrong("a '}' of the pattern has no '{'; write \\} for the character");
    } else if (first != '\\') {
      pattern.AddLiteral(first);
    } else if (text.empty()) {
      return Wrong("the pattern ends in a '\\'");
    } else {
      pattern.AddLiteral(text[0]);
      text.remove_prefix(1);
    }
  }
  const absl::Status checked = pattern.CheckNeighbours();
  if (!checked.ok()) return checked;
  return pattern;
}

absl::Status KeyPattern::AddPlaceholder(std::string_view name) {
  if (!IsName(name)) {
    return Wrong("a placeholder is a name of letters, digits and '_'; write \\{ for the character");
  }
  if (name == kUserId) {
    if (user_) return Wrong("the pattern has {user_id} twice");
    user_ = elements_.size();
  }
  elements_.push_back({Kind::kSegment, ""});
  return absl::OkStatus();
}

absl::Status KeyPattern::CheckNeighbours() const {
  const auto is_literal = [&](std::size_t index) {
    return index >= elements_.size() || elements_[index].kind == Kind::kLiteral;
  };
  if (!user_ || (is_literal(*user_ + 1) && (*user_ == 0 || is_literal(*user_ - 1)))) {
    return absl::OkStatus();
  }
  return Wrong("{user_id} stands beside another placeholder: nothing tells where the id ends");
}

void KeyPattern::AddLiteral(char character) {
  if (elements_.empty() || elements_.back().kind != Kind::kLiteral) {
    elements_.push_back({Kind::kLiteral, ""});
  }
  elements_.back().text += character;
}

std::string KeyPattern::Glob() const {
  std::string glob;
  for (const Element& element : elements_) {
    if (element.kind != Kind::kLiteral && !glob.ends_with('*')) glob += '*';
    for (const char each : element.text) {
      if (kSpecialInGlobs.find(each) != std::string_view::npos) glob += '\\';
      glob += each;
    }
  }
  return glob;
}

// Up to where the elements, all of them, may reach in the key.
std::vector<bool> KeyPattern::Ends(const Elements& elements, std::string_view key) {
  std::vector<bool> ends(key.size() + 1);
  ends[0] = true;
  for (const Element& element : elements) {
    switch (element.kind) {
      case Kind::kLiteral:
        ends = AfterLiteral(ends, element.text, key);
        break;
      case Kind::kSegment:
        ends = AfterSegment(ends, key);
        break;
      case Kind::kAnything:
        ends = AfterAnything(std::move(ends));
        break;
    }
  }
  return ends;
}

std::optional<KeyMatch> KeyPattern::Match(std::string_view key) const {
  if (!user_) {
    if (!Ends(elements_, key).back()) return std::nullopt;
    return KeyMatch{};
  }
  const auto user = elements_.begin() + static_cast<std::ptrdiff_t>(*user_);
  // What follows the id is matched from the key's end, backwards.
  Elements behind(std::make_reverse_iterator(elements_.end()),
                  std::make_reverse_iterator(user + 1));
  for (Element& element : behind) element.text = Reversed(element.text);
  const std::vector<bool> begins = Ends(Elements(elements_.begin(), user), key);
  const std::vector<bool> ends = Ends(behind, Reversed(key));

  std::optional<KeyMatch> match;
  for (std::size_t begin = 0; begin < key.size(); ++begin) {
    if (!begins[begin]) continue;
    for (std::size_t end = begin; end < key.size() && key[end] != ':'; ++end) {
      if (!ends[key.size() - end - 1]) continue;
      const std::string_view user_id = key.substr(begin, end + 1 - begin);
      if (match && match->user_id != user_id) return KeyMatch{.user_id = "", .ambiguous = true};
      if (!match) match = KeyMatch{.user_id = std::string(user_id)};
    }
  }
  return match;
}

}  // namespace keyward::cli
