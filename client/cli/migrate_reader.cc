#include "client/cli/migrate_reader.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "client/cli/batch_chunk.h"
#include "client/cpp/src/utf8.h"

namespace keyward::cli {
namespace {

constexpr std::size_t kMaxUserIdBytes = 256;
// How much Redis does for one SCAN or HSCAN, which keeps others waiting.
constexpr std::string_view kKeysAtOnce = "1000";
constexpr std::string_view kFieldsAtOnce = "500";
// Of these the values are asked for at once; with the longest ones that is 48 MiB.
constexpr std::size_t kKeysInMemory = 32;

using Type = RedisReply::Type;

bool IsUserId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUserIdBytes && client::IsUtf8(text) &&
         text.find('\0') == std::string_view::npos;
}

// Of SCAN and HSCAN: a cursor, and a list.
bool IsScanned(const RedisReply& reply) {
  return reply.type == Type::kArray && reply.elements.size() == 2 &&
         reply.elements[0].type == Type::kText && reply.elements[1].type == Type::kArray;
}

bool IsScanOfHash(const MigrationRule& rule) {
  return rule.kind != RuleKind::kString && rule.fields.empty();
}

}  // namespace

absl::Status KeyspaceReader::ReadAll() {
  for (std::size_t i = 0; i < rules_.size() && chunks_.wanted(); ++i) {
    chunks_.BeginRule(i);
    const absl::Status read = ReadRule(rules_[i]);
    chunks_.Flush();
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status KeyspaceReader::ReadRule(const MigrationRule& rule) {
  const std::string glob = rule.pattern.Glob();
  std::string cursor = "0";
  do {
    const auto reply = redis_.Call({"SCAN", cursor, "MATCH", glob, "COUNT", kKeysAtOnce});
    if (!reply.ok()) return reply.status();
    if (!IsScanned(*reply)) return redis_.Unexpected("SCAN", *reply);
    const std::vector<Target> targets = Targets(rule, reply->elements[1].elements);
    for (std::size_t i = 0; i < targets.size() && chunks_.wanted(); i += kKeysInMemory) {
      const absl::Status read =
          ReadTargets(rule, absl::MakeConstSpan(targets).subspan(i, kKeysInMemory));
      if (!read.ok()) return read;
    }
    cursor = reply->elements[0].text;
  } while (cursor != "0" && chunks_.wanted());
  return absl::OkStatus();
}

std::vector<KeyspaceReader::Target> KeyspaceReader::Targets(const MigrationRule& rule,
                                                            absl::Span<const RedisReply> keys) {
  std::vector<Target> targets;
  for (const RedisReply& each : keys) {
    const std::string& key = each.text;
    const std::optional<KeyMatch> match = rule.pattern.Match(key);
    if (!match) {
      const bool of_another = std::any_of(rules_.begin(), rules_.end(), [&](const auto& other) {
        return other.pattern.Match(key).has_value();
      });
      if (!of_another) passed_over_.Add(key);
      continue;
    }
    ++chunks_.tally().keys;
    if (match->ambiguous) {
      chunks_.tally().Fail("AMBIGUOUS_USER", key);
    } else if (!rule.pool && !IsUserId(match->user_id)) {
      chunks_.tally().Fail("INVALID_USER_ID", key);
    } else {
      targets.push_back({key, rule.ScopeOf(*match)});
    }
  }
  return targets;
}

absl::Status KeyspaceReader::ReadTargets(const MigrationRule& rule,
                                         absl::Span<const Target> targets) {
  for (const Target& target : targets) Ask(rule, target.key);
  std::vector<std::pair<const Target*, std::string>> unfinished;
  for (const Target& target : targets) {
    auto reply = redis_.Read();
    if (!reply.ok()) return reply.status();
    auto cursor = TakeValues(rule, target, *std::move(reply));
    if (!cursor.ok()) return cursor.status();
    if (*cursor != "0") unfinished.emplace_back(&target, *std::move(cursor));
  }
  for (auto& [target, cursor] : unfinished) {
    const absl::Status read = ReadRest(rule, *target, std::move(cursor));
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

void KeyspaceReader::Ask(const MigrationRule& rule, const std::string& key) {
  if (rule.kind == RuleKind::kString) {
    // One byte more than fits shows what is too large without reading all of it.
    redis_.Append({"GETRANGE", key, "0", std::to_string(kMaxStoredBytes)});
  } else if (IsScanOfHash(rule)) {
    redis_.Append({"HSCAN", key, "0", "COUNT", kFieldsAtOnce});
  } else {
    std::vector<std::string_view> command = {"HMGET", key};
    command.insert(command.end(), rule.fields.begin(), rule.fields.end());
    redis_.Append(command);
  }
}

absl::StatusOr<std::string> KeyspaceReader::TakeValues(const MigrationRule& rule,
                                                       const Target& target, RedisReply reply) {
  if (reply.IsError("WRONGTYPE")) {
    chunks_.tally().Fail("WRONG_TYPE", target.key);
    return "0";
  }
  std::string cursor = "0";
  if (IsScanOfHash(rule) && IsScanned(reply)) cursor = reply.elements[0].text;
  auto values = Values(rule, std::move(reply));
  if (!values.ok()) return values.status();
  TakePiece(rule, target, *std::move(values));
  return cursor;
}

absl::StatusOr<std::vector<StoredValue>> KeyspaceReader::Values(const MigrationRule& rule,
                                                                RedisReply reply) const {
  std::vector<StoredValue> values;
  if (rule.kind == RuleKind::kString) {
    if (reply.type != Type::kText) return redis_.Unexpected("GETRANGE", reply);
    values.push_back({"", std::move(reply.text)});
  } else if (IsScanOfHash(rule)) {
    if (!IsScanned(reply)) return redis_.Unexpected("HSCAN", reply);
    std::vector<RedisReply>& pairs = reply.elements[1].elements;
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      values.push_back({std::move(pairs[i].text), std::move(pairs[i + 1].text)});
    }
  } else {
    if (reply.type != Type::kArray || reply.elements.size() != rule.fields.size()) {
      return redis_.Unexpected("HMGET", reply);
    }
    for (std::size_t i = 0; i < rule.fields.size(); ++i) {
      if (reply.elements[i].type == Type::kNil) continue;
      values.push_back({rule.fields[i], std::move(reply.elements[i].text)});
    }
  }
  return values;
}

absl::Status KeyspaceReader::ReadRest(const MigrationRule& rule, const Target& target,
                                      std::string cursor) {
  while (cursor != "0" && chunks_.wanted()) {
    auto reply = redis_.Call({"HSCAN", target.key, cursor, "COUNT", kFieldsAtOnce});
    if (!reply.ok()) return reply.status();
    auto next = TakeValues(rule, target, *std::move(reply));
    if (!next.ok()) return next.status();
    cursor = *std::move(next);
  }
  return absl::OkStatus();
}

void KeyspaceReader::TakePiece(const MigrationRule& rule, const Target& target,
                               std::vector<StoredValue> values) {
  KeyPiece piece{target.key, target.scope, {}};
  for (StoredValue& value : values) {
    FindPlaces(rule, mode_, target.key, value, chunks_.tally());
    if (!value.places.empty()) piece.values.push_back(std::move(value));
  }
  chunks_.Add(std::move(piece));
  // With nothing to send, what was counted is passed on all the same, for the progress.
  if (chunks_.tally().values >= kMaxBatchItems) chunks_.Flush();
}

}  // namespace keyward::cli
