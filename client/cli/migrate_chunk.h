#ifndef KEYWARD_CLIENT_CLI_MIGRATE_CHUNK_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_CHUNK_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/migrate_rule.h"
#include "client/cli/migrate_tally.h"
#include "client/cli/migrate_value.h"
#include "keyward/client.h"

namespace keyward::cli {

// Values of one key; they are written together or not at all.
struct KeyPiece {
  std::string key;
  client::Scope scope;
  std::vector<StoredValue> values;
};

// What goes to the server in one call.
struct MigrationChunk {
  // Of the run's rules; all pieces are of this one.
  std::size_t rule = 0;
  std::vector<KeyPiece> pieces = {};
  // Of what was read since the chunk before.
  MigrationTally tally = {};
};

// What is to be written to a key, at once.
struct KeyChange {
  std::string key;
  std::vector<ValueChange> values;
};

// A chunk that the server has answered.
struct AnsweredChunk {
  // Why the whole call failed; then there are no changes.
  absl::Status status;
  std::size_t rule = 0;
  std::vector<KeyChange> changes = {};
  MigrationTally tally = {};
};

// Collects values up to the limits of a call. Not thread-safe.
class ChunkBuilder {
 public:
  // Takes a chunk that is full; false: no more are wanted.
  using Sink = std::function<bool(MigrationChunk)>;

  explicit ChunkBuilder(Sink sink) : sink_(std::move(sink)) {}

  // The chunk before must have been flushed.
  void BeginRule(std::size_t rule) { chunk_.rule = rule; }
  MigrationTally& tally() { return chunk_.tally; }
  // Keeps a piece whole where a chunk has room for it.
  void Add(KeyPiece piece);
  // Hands on what there is.
  void Flush();
  // Whether the sink still takes chunks.
  bool wanted() const { return wanted_; }

 private:
  struct Size {
    std::size_t items = 0;
    // Of the request, and of what waits here in memory.
    std::size_t request_bytes = 0;
    std::size_t held_bytes = 0;

    Size& operator+=(const Size& other);
    bool fits() const;
  };
  static Size SizeOf(const client::Scope& scope, const StoredValue& value);
  bool HasRoomFor(Size more) const;

  const Sink sink_;
  MigrationChunk chunk_;
  Size size_;
  bool wanted_ = true;
};

// Asks the server for all places of a chunk, in one call.
AnsweredChunk AnswerMigrationChunk(const client::Client& client, const MigrationRule& rule,
                                   MigrationMode mode, MigrationChunk chunk);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_CHUNK_H_
