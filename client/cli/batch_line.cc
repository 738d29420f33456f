#include "client/cli/batch_line.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/cli/json.h"
#include "client/cli/token_format.h"

namespace keyward::cli {
namespace {

using nlohmann::json;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

enum class Field {
  kId,
  kUserId,
  kPool,
  kValue,
  kValueBase64,
  kAssociatedData,
  kAssociatedDataBase64,
  kAllowLegacyPlaintext,
  kTokenFormat,
  kPassedOver,
  kUnknown,
};

struct Name {
  std::string_view text;
  Field field;
};
constexpr std::array kEncryptNames = {
    Name{"user_id", Field::kUserId},
    Name{"pool", Field::kPool},
    Name{"plaintext", Field::kValue},
    Name{"plaintext_base64", Field::kValueBase64},
    Name{"associated_data", Field::kAssociatedData},
    Name{"associated_data_base64", Field::kAssociatedDataBase64},
    Name{"token_format", Field::kTokenFormat},
    Name{"id", Field::kId},
    Name{"key_version", Field::kPassedOver},
    Name{"kek_id", Field::kPassedOver},
    Name{"legacy_plaintext", Field::kPassedOver},
    Name{"stale", Field::kPassedOver},
};
constexpr std::array kDecryptNames = {
    Name{"user_id", Field::kUserId},
    Name{"pool", Field::kPool},
    Name{"token", Field::kValue},
    Name{"associated_data", Field::kAssociatedData},
    Name{"associated_data_base64", Field::kAssociatedDataBase64},
    Name{"allow_legacy_plaintext", Field::kAllowLegacyPlaintext},
    Name{"id", Field::kId},
    Name{"key_version", Field::kPassedOver},
    Name{"kek_id", Field::kPassedOver},
    Name{"changed", Field::kPassedOver},
};
constexpr std::array kRewrapNames = {
    Name{"user_id", Field::kUserId},
    Name{"pool", Field::kPool},
    Name{"token", Field::kValue},
    Name{"associated_data", Field::kAssociatedData},
    Name{"associated_data_base64", Field::kAssociatedDataBase64},
    Name{"id", Field::kId},
    Name{"key_version", Field::kPassedOver},
    Name{"kek_id", Field::kPassedOver},
    Name{"changed", Field::kPassedOver},
};

template <std::size_t size>
Name Find(const std::array<Name, size>& names, std::string_view text) {
  const auto* found =
      std::find_if(names.begin(), names.end(), [&](const Name& each) { return each.text == text; });
  return found == names.end() ? Name{"", Field::kUnknown} : *found;
}

Name Find(BatchVerb verb, std::string_view text) {
  switch (verb) {
    case BatchVerb::kEncrypt:
      return Find(kEncryptNames, text);
    case BatchVerb::kDecrypt:
      return Find(kDecryptNames, text);
    case BatchVerb::kRewrap:
      break;
  }
  return Find(kRewrapNames, text);
}

// Either alphabet, since the URL-safe one is what Keyward's own tokens use.
bool Unescape(const std::string& base64, std::string& bytes) {
  return absl::Base64Unescape(base64, &bytes) || absl::WebSafeBase64Unescape(base64, &bytes);
}

// Takes the parser's events. Only broken JSON ends the parsing: an id may follow a wrong field.
class LineReading : public json::json_sax_t {
 public:
  explicit LineReading(BatchVerb verb) : verb_(verb) {}

  BatchLine Take() {
    if (!line_.refused) Combine();
    return std::move(line_);
  }

  bool null() override { return WrongType(); }
  bool number_integer(number_integer_t value) override { return Number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Number(std::to_string(value)); }
  // As it was written: a double would round it.
  bool number_float(number_float_t, const string_t& text) override { return Number(text); }
  bool binary(binary_t&) override { return WrongType(); }
  bool start_array(std::size_t) override { return Descend(); }
  bool end_array() override { return Ascend(); }
  bool end_object() override { return Ascend(); }

  bool start_object(std::size_t) override {
    if (depth_ > 0) return Descend();
    ++depth_;
    return true;
  }

  bool key(string_t& name) override {
    if (depth_ > 1) return true;
    name_ = Find(verb_, name);
    if (name_.field == Field::kUnknown) return Wrong("it has a field that is not known");
    if (name_.field == Field::kPassedOver) return true;
    if (Has(name_.field)) return Wrong(absl::StrCat(View(name_.text), " is there twice"));
    seen_ |= Bit(name_.field);
    return true;
  }

  bool boolean(bool value) override {
    if (depth_ != 1) return WrongType();
    if (name_.field == Field::kPool) {
      pool_ = value;
    } else if (name_.field == Field::kAllowLegacyPlaintext) {
      line_.allow_legacy_plaintext = value;
    } else {
      return WrongType();
    }
    return true;
  }

  bool string(string_t& text) override {
    if (depth_ != 1) return WrongType();
    switch (name_.field) {
      case Field::kId:
        line_.id = JsonText(text);
        return true;
      case Field::kUserId:
        line_.scope = client::Scope::User(text);
        return true;
      case Field::kValue:
        line_.value = std::move(text);
        return true;
      case Field::kValueBase64:
        return Unescape(text, line_.value) || Wrong("plaintext_base64 is not base64");
      case Field::kAssociatedData:
        line_.associated_data = std::move(text);
        return true;
      case Field::kAssociatedDataBase64:
        return Unescape(text, line_.associated_data.emplace()) ||
               Wrong("associated_data_base64 is not base64");
      case Field::kTokenFormat:
        line_.token_format = ParseTokenFormat(text);
        return line_.token_format || Wrong("token_format takes v2 or v3");
      default:
        return WrongType();
    }
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    line_.refused = InvalidLine(absl::StrCat("it is not JSON, at byte ", position));
    return false;
  }

 private:
  // The first mistake is the one that is told. Always true: the parsing goes on.
  bool Wrong(std::string_view message) {
    if (!line_.refused) line_.refused = InvalidLine(message);
    return true;
  }

  bool WrongType() {
    if (depth_ == 0) return Wrong("it is not a JSON object");
    const bool told = name_.field == Field::kUnknown;
    if (depth_ > 1 || told || name_.field == Field::kPassedOver) return true;
    return Wrong(absl::StrCat(View(name_.text), " has a value of the wrong type"));
  }

  bool Number(const std::string& text) {
    if (depth_ != 1 || name_.field != Field::kId) return WrongType();
    line_.id = text;
    return true;
  }

  bool Descend() {
    WrongType();
    ++depth_;
    return true;
  }

  bool Ascend() {
    --depth_;
    return true;
  }

  static std::uint32_t Bit(Field field) { return 1U << static_cast<unsigned>(field); }
  bool Has(Field field) const { return (seen_ & Bit(field)) != 0; }

  void Combine() {
    const bool encrypt = verb_ == BatchVerb::kEncrypt;
    if (Has(Field::kValue) && Has(Field::kValueBase64)) {
      Wrong("it has both plaintext and plaintext_base64");
    } else if (!Has(Field::kValue) && !Has(Field::kValueBase64)) {
      Wrong(encrypt ? "it has neither plaintext nor plaintext_base64" : "it has no token");
    } else if (Has(Field::kAssociatedData) && Has(Field::kAssociatedDataBase64)) {
      Wrong("it has both associated_data and associated_data_base64");
    } else if (pool_ && line_.scope) {
      Wrong("it has both user_id and pool");
    } else if (pool_) {
      line_.scope = client::Scope::Pool();
    }
  }

  const BatchVerb verb_;
  BatchLine line_;
  int depth_ = 0;
  // Of the outermost object's member that is being read.
  Name name_{"", Field::kUnknown};
  std::uint32_t seen_ = 0;
  bool pool_ = false;
};

}  // namespace

Failure InvalidLine(std::string_view message) {
  return {"INVALID_ARGUMENT", "INVALID_LINE", std::string(message), ""};
}

BatchLine ParseBatchLine(std::string_view text, BatchVerb verb) {
  LineReading reading(verb);
  json::sax_parse(text, &reading);
  return reading.Take();
}

}  // namespace keyward::cli
