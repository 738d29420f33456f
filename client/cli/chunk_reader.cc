#include "client/cli/chunk_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {

ChunkReader::ChunkReader(const InputFile& input, int interrupt, BatchVerb verb, BatchLine defaults)
    : lines_(input, interrupt), verb_(verb), defaults_(std::move(defaults)) {}

absl::StatusOr<std::optional<BatchChunk>> ChunkReader::Next() {
  BatchChunk chunk;
  // The ids are not sent, but wait in memory with the rest.
  std::size_t bytes = 0;
  while (chunk.lines.size() < kMaxBatchItems) {
    if (!held_) {
      const auto found = lines_.Next(/*wait=*/chunk.lines.empty());
      if (!found.ok() && chunk.lines.empty()) return found.status();
      if (!found.ok()) break;
      if (*found != LineReader::Found::kLine && *found != LineReader::Found::kLongLine) break;
      held_ = Read(*found);
    }
    bytes += RequestBytes(*held_) + held_->id.size();
    if (!chunk.lines.empty() && bytes > kMaxBatchBytes) break;
    chunk.lines.push_back(*std::exchange(held_, std::nullopt));
  }
  if (chunk.lines.empty()) return std::nullopt;
  chunk.bytes_taken = lines_.bytes_taken();
  return chunk;
}

BatchLine ChunkReader::Read(LineReader::Found found) {
  BatchLine line;
  if (found == LineReader::Found::kLongLine) {
    line.refused = InvalidLine(absl::StrCat("it is longer than ", kMaxLineBytes >> 20, " MiB"));
  } else {
    line = ParseBatchLine(lines_.line(), verb_);
  }
  line.number = ++number_;
  FillIn(line);
  return line;
}

void ChunkReader::FillIn(BatchLine& line) const {
  if (!line.scope) line.scope = defaults_.scope;
  if (!line.associated_data) line.associated_data = defaults_.associated_data;
  if (!line.allow_legacy_plaintext) line.allow_legacy_plaintext = defaults_.allow_legacy_plaintext;
  if (!line.token_format) line.token_format = defaults_.token_format;
  if (line.refused) return;
  if (!line.scope) {
    line.refused =
        InvalidLine("it has neither user_id nor pool, and --user and --pool are not given");
  } else if (RequestBytes(line) > kMaxBatchBytes) {
    line.refused = Failure{"INVALID_ARGUMENT", "INVALID_REQUEST",
                           absl::StrCat("it is longer than ", kMaxBatchBytes >> 20, " MiB"), ""};
  }
}

}  // namespace keyward::cli
