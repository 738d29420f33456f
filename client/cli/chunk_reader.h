#ifndef KEYWARD_CLIENT_CLI_CHUNK_READER_H_
#define KEYWARD_CLIENT_CLI_CHUNK_READER_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "client/cli/batch_chunk.h"
#include "client/cli/batch_line.h"
#include "client/cli/line_reader.h"

namespace keyward::cli {

// Cuts a batch's input into chunks that the server takes in one call. Not thread-safe.
class ChunkReader {
 public:
  // `defaults`: scope, associated data and allow_legacy_plaintext for lines that leave them out.
  ChunkReader(const InputFile& input, int interrupt, BatchVerb verb, BatchLine defaults);

  // The next lines: as many as there are without waiting for more, up to the limits of a call.
  // nullopt at the end, or where the reader was interrupted (LineReader). An error where the input
  // cannot be read; what came before it has been given then.
  absl::StatusOr<std::optional<BatchChunk>> Next();

 private:
  BatchLine Read(LineReader::Found found);
  void FillIn(BatchLine& line) const;

  LineReader lines_;
  const BatchVerb verb_;
  const BatchLine defaults_;
  std::uint64_t number_ = 0;
  // Had no room in the chunk before.
  std::optional<BatchLine> held_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_CHUNK_READER_H_
