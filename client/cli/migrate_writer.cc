#include "client/cli/migrate_writer.h"

#include <vector>

namespace keyward::cli {
namespace {

// What both scripts return.
constexpr std::int64_t kChanged = 0;
constexpr std::int64_t kWritten = 1;
constexpr std::int64_t kFieldExists = 2;

// ARGV: the old value, the new one.
constexpr std::string_view kReplaceString = R"(
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then return 0 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
)";

// ARGV, for each field: its old name, its old value, its new name, its new value. A field is added
// before the old one goes: a hash without fields would be deleted, and its time to live with it.
// HSET takes a field's own time to live away; Redis knows such since 7.4.
constexpr std::string_view kReplaceFields = R"(
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local ends, fields_end = {}, true
for i = 1, #ARGV, 4 do
  if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return 0 end
  if ARGV[i + 2] ~= ARGV[i] and redis.call('HEXISTS', KEYS[1], ARGV[i + 2]) == 1 then return 2 end
  if fields_end then
    local times = redis.pcall('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, ARGV[i])
    if times.err and not string.find(times.err, 'nknown') then return times end
    fields_end = not times.err
    ends[i] = times[1]
  end
end
for i = 1, #ARGV, 4 do
  redis.call('HSET', KEYS[1], ARGV[i + 2], ARGV[i + 3])
  if ARGV[i + 2] ~= ARGV[i] then redis.call('HDEL', KEYS[1], ARGV[i]) end
  if ends[i] and ends[i] > 0 then
    redis.call('HPEXPIREAT', KEYS[1], ends[i], 'FIELDS', 1, ARGV[i + 2])
  end
end
return 1
)";

std::vector<std::string_view> Command(std::string_view verb, std::string_view script,
                                      const KeyChange& change, bool hash) {
  std::vector<std::string_view> command = {verb, script, "1", change.key};
  for (const ValueChange& value : change.values) {
    if (hash) {
      command.insert(command.end(),
                     {value.old_field, value.old_value, value.new_field, value.new_value});
    } else {
      command.insert(command.end(), {value.old_value, value.new_value});
    }
  }
  return command;
}

std::size_t CountSecrets(const KeyChange& change) {
  std::size_t count = 0;
  for (const ValueChange& value : change.values) count += value.count;
  return count;
}

}  // namespace

absl::StatusOr<ValueWriter> ValueWriter::New(RedisConnection& redis) {
  ValueWriter writer(redis);
  writer.replace_string_.source = kReplaceString;
  writer.replace_fields_.source = kReplaceFields;
  for (Script* script : {&writer.replace_string_, &writer.replace_fields_}) {
    const absl::Status loaded = writer.Load(*script);
    if (!loaded.ok()) return loaded;
  }
  return writer;
}

absl::Status ValueWriter::Load(Script& script) {
  auto reply = redis_->Call({"SCRIPT", "LOAD", script.source});
  if (!reply.ok()) return reply.status();
  if (reply->type != RedisReply::Type::kText) return redis_->Unexpected("SCRIPT LOAD", *reply);
  script.digest = std::move(reply->text);
  return absl::OkStatus();
}

absl::Status ValueWriter::Write(absl::Span<const KeyChange> changes, bool hashes,
                                MigrationTally& tally) {
  const Script& script = hashes ? replace_fields_ : replace_string_;
  for (const KeyChange& change : changes) {
    redis_->Append(Command("EVALSHA", script.digest, change, hashes));
  }
  std::vector<const KeyChange*> script_gone;
  for (const KeyChange& change : changes) {
    const auto reply = redis_->Read();
    if (!reply.ok()) return reply.status();
    if (reply->IsError("NOSCRIPT")) {
      script_gone.push_back(&change);
      continue;
    }
    const absl::Status counted = Count(change, *reply, tally);
    if (!counted.ok()) return counted;
  }
  // Someone flushed Redis's scripts, or another Redis took over. EVAL makes the script known again.
  for (const KeyChange* change : script_gone) {
    const auto reply = redis_->Call(Command("EVAL", script.source, *change, hashes));
    if (!reply.ok()) return reply.status();
    const absl::Status counted = Count(*change, *reply, tally);
    if (!counted.ok()) return counted;
  }
  return absl::OkStatus();
}

absl::Status ValueWriter::Count(const KeyChange& change, const RedisReply& reply,
                                MigrationTally& tally) const {
  if (reply.type != RedisReply::Type::kInteger) return redis_->Unexpected("EVALSHA", reply);
  const std::size_t secrets = CountSecrets(change);
  if (reply.integer == kWritten) tally.done += secrets;
  if (reply.integer == kChanged) tally.changed += secrets;
  if (reply.integer == kFieldExists) tally.Fail("FIELD_EXISTS", change.key, secrets);
  return absl::OkStatus();
}

}  // namespace keyward::cli
