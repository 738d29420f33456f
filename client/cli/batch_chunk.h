#ifndef KEYWARD_CLIENT_CLI_BATCH_CHUNK_H_
#define KEYWARD_CLIENT_CLI_BATCH_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/batch_line.h"
#include "keyward/client.h"

namespace keyward::cli {

// What the server takes in one call.
inline constexpr std::size_t kMaxBatchItems = 1000;
inline constexpr std::size_t kMaxBatchBytes = std::size_t{2} << 20;

// Lines that go to the server in one call, those that are refused here among them.
struct BatchChunk {
  std::vector<BatchLine> lines;
  // Of the input, up to and with the last line.
  std::uint64_t bytes_taken = 0;
};

// What to write for a chunk.
struct BatchAnswers {
  // A JSON object a line, in the order of the chunk's lines.
  std::string text;
  std::uint64_t values = 0;
  std::uint64_t failed = 0;
  // Of the first line that failed.
  std::uint64_t failed_line = 0;
  std::optional<Failure> failure;
  std::uint64_t bytes_taken = 0;
};

// How many bytes a line takes in a request, at most.
std::size_t RequestBytes(const BatchLine& line);

// Asks the server for all lines of a chunk, in one call. Where that call fails, all of them fail.
BatchAnswers AnswerChunk(const client::Client& client, const client::ClientOptions& options,
                         BatchVerb verb, BatchChunk chunk);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_BATCH_CHUNK_H_
