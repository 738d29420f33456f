#ifndef KEYWARD_CLIENT_CLI_MIGRATE_READER_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_READER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "client/cli/migrate_chunk.h"
#include "client/cli/migrate_redis.h"
#include "client/cli/migrate_rule.h"
#include "client/cli/migrate_tally.h"
#include "client/cli/migrate_value.h"

namespace keyward::cli {

// Goes through a Redis, and finds the values that rules are for. A few keys' values are in memory
// at a time. Not thread-safe.
class KeyspaceReader {
 public:
  // All must outlive it.
  KeyspaceReader(RedisConnection& redis, const std::vector<MigrationRule>& rules,
                 MigrationMode mode, ChunkBuilder& chunks)
      : redis_(redis), rules_(rules), mode_(mode), chunks_(chunks) {}

  // Every key once, or more often where Redis moves its table meanwhile. Ends early where no more
  // chunks are wanted.
  absl::Status ReadAll();

  // Keys that only look like a rule's.
  const Sightings& passed_over() const { return passed_over_; }

 private:
  struct Target {
    std::string key;
    client::Scope scope;
  };

  absl::Status ReadRule(const MigrationRule& rule);
  std::vector<Target> Targets(const MigrationRule& rule, absl::Span<const RedisReply> keys);
  absl::Status ReadTargets(const MigrationRule& rule, absl::Span<const Target> targets);
  void Ask(const MigrationRule& rule, const std::string& key);
  // The cursor from which a hash goes on; "0" where all of the key was read.
  absl::StatusOr<std::string> TakeValues(const MigrationRule& rule, const Target& target,
                                         RedisReply reply);
  absl::Status ReadRest(const MigrationRule& rule, const Target& target, std::string cursor);
  // The strings of a reply, as the rule asked for them.
  absl::StatusOr<std::vector<StoredValue>> Values(const MigrationRule& rule,
                                                  RedisReply reply) const;
  void TakePiece(const MigrationRule& rule, const Target& target, std::vector<StoredValue> values);

  RedisConnection& redis_;
  const std::vector<MigrationRule>& rules_;
  const MigrationMode mode_;
  ChunkBuilder& chunks_;
  Sightings passed_over_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_READER_H_
