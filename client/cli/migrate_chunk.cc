#include "client/cli/migrate_chunk.h"

#include <optional>
#include <utility>

#include "client/cli/batch_chunk.h"

namespace keyward::cli {
namespace {

// The tags and lengths of an item and of its fields.
constexpr std::size_t kItemOverhead = 32;
// A large document may hold a small secret.
constexpr std::size_t kMaxHeldBytes = std::size_t{8} << 20;

using Answers = std::vector<absl::StatusOr<std::string>>;

// Moves the places' texts into items; a pool hash's plaintext is needed again.
template <typename Item>
std::vector<Item> MakeItems(const MigrationChunk& chunk) {
  std::vector<Item> items;
  for (const KeyPiece& piece : chunk.pieces) {
    for (const StoredValue& value : piece.values) {
      for (const Place& place : value.places) items.push_back({piece.scope, place.text});
    }
  }
  return items;
}

absl::StatusOr<Answers> Seal(const client::Client& client, const MigrationChunk& chunk) {
  auto results = client.BatchEncrypt(MakeItems<client::EncryptItem>(chunk));
  if (!results.ok()) return results.status();
  Answers answers;
  for (auto& result : *results) {
    if (result.ok()) {
      answers.emplace_back(std::move(result->token));
    } else {
      answers.emplace_back(result.status());
    }
  }
  return answers;
}

absl::StatusOr<Answers> Open(const client::Client& client, const MigrationChunk& chunk) {
  auto results = client.BatchDecrypt(MakeItems<client::DecryptItem>(chunk));
  if (!results.ok()) return results.status();
  Answers answers;
  for (auto& result : *results) {
    if (result.ok()) {
      answers.emplace_back(std::move(result->plaintext));
    } else {
      answers.emplace_back(result.status());
    }
  }
  return answers;
}

}  // namespace

ChunkBuilder::Size& ChunkBuilder::Size::operator+=(const Size& other) {
  items += other.items;
  request_bytes += other.request_bytes;
  held_bytes += other.held_bytes;
  return *this;
}

bool ChunkBuilder::Size::fits() const {
  return items <= kMaxBatchItems && request_bytes <= kMaxBatchBytes && held_bytes <= kMaxHeldBytes;
}

ChunkBuilder::Size ChunkBuilder::SizeOf(const client::Scope& scope, const StoredValue& value) {
  Size size{.items = value.places.size(), .held_bytes = value.field.size() + value.value.size()};
  for (const Place& place : value.places) {
    size.request_bytes += kItemOverhead + scope.user_id().size() + place.text.size();
  }
  return size;
}

bool ChunkBuilder::HasRoomFor(Size more) const { return (more += size_).fits(); }

void ChunkBuilder::Add(KeyPiece piece) {
  Size whole;
  for (const StoredValue& value : piece.values) whole += SizeOf(piece.scope, value);
  if (!HasRoomFor(whole)) Flush();
  bool begun = false;
  for (StoredValue& value : piece.values) {
    const Size size = SizeOf(piece.scope, value);
    if (!HasRoomFor(size)) {
      Flush();
      begun = false;
    }
    if (!begun) chunk_.pieces.push_back({piece.key, piece.scope, {}});
    begun = true;
    size_ += size;
    chunk_.pieces.back().values.push_back(std::move(value));
  }
}

void ChunkBuilder::Flush() {
  MigrationChunk full = std::exchange(chunk_, {.rule = chunk_.rule});
  size_ = {};
  wanted_ = wanted_ && sink_(std::move(full));
}

AnsweredChunk AnswerMigrationChunk(const client::Client& client, const MigrationRule& rule,
                                   MigrationMode mode, MigrationChunk chunk) {
  AnsweredChunk answered{.rule = chunk.rule, .tally = std::move(chunk.tally)};
  if (chunk.pieces.empty()) return answered;
  const auto answers = mode == MigrationMode::kEncrypt ? Seal(client, chunk) : Open(client, chunk);
  if (!answers.ok()) {
    answered.status = answers.status();
    return answered;
  }
  absl::Span<const absl::StatusOr<std::string>> rest = *answers;
  for (const KeyPiece& piece : chunk.pieces) {
    KeyChange change{piece.key, {}};
    for (const StoredValue& value : piece.values) {
      const auto own = rest.subspan(0, value.places.size());
      rest.remove_prefix(own.size());
      auto rewritten = Rewrite(rule, mode, piece.key, value, own, answered.tally);
      if (rewritten) change.values.push_back(*std::move(rewritten));
    }
    if (!change.values.empty()) answered.changes.push_back(std::move(change));
  }
  return answered;
}

}  // namespace keyward::cli
