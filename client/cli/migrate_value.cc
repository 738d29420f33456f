#include "client/cli/migrate_value.h"

#include <algorithm>
#include <utility>

#include "client/cpp/src/utf8.h"
#include "keyward/errors.h"
#include "keyward/tokens.h"

namespace keyward::cli {
namespace {

constexpr std::size_t kHashDigits = 64;

bool IsLookUpHash(std::string_view field) {
  return field.size() == kHashDigits &&
         field.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char each) { return each < 0x80; });
}

Place Whole(const std::string& value) { return {0, value.size(), /*json=*/false, value}; }

// Adds the place, or counts why there is nothing to do with it.
void Take(Place place, MigrationMode mode, const std::string& key, StoredValue& stored,
          MigrationTally& tally) {
  const bool encrypt = mode == MigrationMode::kEncrypt;
  ++tally.values;
  if (place.text.empty()) {
    ++tally.empty;
  } else if (client::IsEncrypted(place.text) == encrypt) {
    ++tally.left;
  } else if (encrypt && place.text.size() > kMaxPlaintextBytes) {
    tally.Fail("TOO_LARGE", key);
  } else {
    stored.places.push_back(std::move(place));
  }
}

void FailValue(std::string_view reason, const std::string& key, MigrationTally& tally) {
  ++tally.values;
  tally.Fail(reason, key);
}

// The strings that the rule's paths lead to, those that are there.
std::vector<Place> InDocument(const MigrationRule& rule, const std::string& key,
                              const StoredValue& stored, MigrationTally& tally) {
  const std::optional<JsonDocument> document = JsonDocument::Read(stored.value);
  std::vector<Place> places;
  if (!document) {
    FailValue("NOT_JSON", key, tally);
    return places;
  }
  for (const JsonPath& path : rule.paths) {
    JsonFinding found = document->Find(path);
    if (found.what == JsonFinding::What::kString) {
      places.push_back({found.begin, found.end, /*json=*/true, std::move(found.text)});
    } else if (found.what == JsonFinding::What::kAnotherType) {
      FailValue("NOT_A_STRING", key, tally);
    } else if (found.what == JsonFinding::What::kTwice) {
      FailValue("MEMBER_TWICE", key, tally);
    }
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.begin < b.begin; });
  return places;
}

// Where a pool hash's value holds the key: it is the key, or a document that has it.
std::optional<Place> OfPool(const MigrationRule& rule, const StoredValue& stored) {
  const auto document = JsonDocument::Read(stored.value);
  if (document && !rule.paths.empty()) {
    JsonFinding found = document->Find(rule.paths[0]);
    if (found.what == JsonFinding::What::kString) {
      return Place{found.begin, found.end, /*json=*/true, std::move(found.text)};
    }
  }
  if (client::IsEncrypted(stored.value) || stored.value == stored.field ||
      client::ApiKeyHash(stored.value) == stored.field) {
    return Whole(stored.value);
  }
  return std::nullopt;
}

void FindPoolPlace(const MigrationRule& rule, MigrationMode mode, const std::string& key,
                   StoredValue& stored, MigrationTally& tally) {
  std::optional<Place> place = OfPool(rule, stored);
  if (!place) return FailValue("KEY_NOT_IN_VALUE", key, tally);
  const bool encrypted = client::IsEncrypted(place->text);
  if (encrypted && mode == MigrationMode::kEncrypt && !IsLookUpHash(stored.field)) {
    return FailValue("NAME_IS_PLAINTEXT", key, tally);
  }
  // The field's name may be the only copy of the key, which renaming would lose.
  if (!encrypted && place->text != stored.field &&
      client::ApiKeyHash(place->text) != stored.field) {
    return FailValue("KEY_NOT_IN_VALUE", key, tally);
  }
  Take(*std::move(place), mode, key, stored, tally);
}

// The name that a pool hash's field has with that plaintext in its value. nullopt, and counted,
// where it is another key's.
std::optional<std::string> PoolField(MigrationMode mode, const std::string& key,
                                     const std::string& field, const std::string& plaintext,
                                     MigrationTally& tally) {
  const std::string hash = client::ApiKeyHash(plaintext);
  if (mode == MigrationMode::kEncrypt) return hash;
  if (field == hash) return plaintext;
  if (field == plaintext && mode == MigrationMode::kRollback) return field;
  tally.Fail(field == plaintext ? "NAME_IS_PLAINTEXT" : "NAME_OF_ANOTHER_KEY", key);
  return std::nullopt;
}

std::string ReasonOf(const absl::Status& status) {
  const std::string reason = client::ErrorReason(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

}  // namespace

void FindPlaces(const MigrationRule& rule, MigrationMode mode, const std::string& key,
                StoredValue& stored, MigrationTally& tally) {
  if (stored.value.size() > kMaxStoredBytes) return FailValue("TOO_LARGE", key, tally);
  if (rule.kind == RuleKind::kPoolHash) return FindPoolPlace(rule, mode, key, stored, tally);
  if (rule.paths.empty()) return Take(Whole(stored.value), mode, key, stored, tally);
  for (Place& place : InDocument(rule, key, stored, tally)) {
    Take(std::move(place), mode, key, stored, tally);
  }
}

std::optional<ValueChange> Rewrite(const MigrationRule& rule, MigrationMode mode,
                                   const std::string& key, const StoredValue& stored,
                                   absl::Span<const absl::StatusOr<std::string>> answers,
                                   MigrationTally& tally) {
  ValueChange change{stored.field, stored.value, stored.field, ""};
  const bool ascii = IsAscii(stored.value);
  std::size_t copied = 0;
  for (std::size_t i = 0; i < stored.places.size(); ++i) {
    const Place& place = stored.places[i];
    if (!answers[i].ok()) {
      tally.Fail(ReasonOf(answers[i].status()), key);
      continue;
    }
    if (place.json && !client::IsUtf8(*answers[i])) {
      tally.Fail("NOT_UTF8", key);
      continue;
    }
    if (rule.kind == RuleKind::kPoolHash) {
      const auto& plaintext = mode == MigrationMode::kEncrypt ? place.text : *answers[i];
      auto field = PoolField(mode, key, stored.field, plaintext, tally);
      if (!field) continue;
      change.new_field = *std::move(field);
    }
    change.new_value.append(stored.value, copied, place.begin - copied)
        .append(place.json ? JsonLiteral(*answers[i], ascii) : *answers[i]);
    copied = place.end;
    ++change.count;
  }
  if (change.count == 0) return std::nullopt;
  change.new_value.append(stored.value, copied);
  return change;
}

}  // namespace keyward::cli
