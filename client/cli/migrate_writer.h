#ifndef KEYWARD_CLIENT_CLI_MIGRATE_WRITER_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_WRITER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/migrate_chunk.h"
#include "client/cli/migrate_redis.h"
#include "client/cli/migrate_tally.h"

namespace keyward::cli {

// Replaces values in a Redis, each key's at once, and only where all of them are still what was
// read. Key and fields keep their times to live. Not thread-safe.
class ValueWriter {
 public:
  // `redis` must outlive it.
  static absl::StatusOr<ValueWriter> New(RedisConnection& redis);

  // All changes are of string keys, or all of hashes. Counts what was written, and what someone
  // else had written meanwhile. An error ends the run; what was written until then stays.
  absl::Status Write(absl::Span<const KeyChange> changes, bool hashes, MigrationTally& tally);

 private:
  // A script, and the digest that Redis knows it by.
  struct Script {
    std::string_view source;
    std::string digest;
  };

  explicit ValueWriter(RedisConnection& redis) : redis_(&redis) {}
  absl::Status Load(Script& script);
  absl::Status Count(const KeyChange& change, const RedisReply& reply, MigrationTally& tally) const;

  RedisConnection* redis_;
  Script replace_string_;
  Script replace_fields_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_WRITER_H_
