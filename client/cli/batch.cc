#include "client/cli/batch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/batch_chunk.h"
#include "client/cli/chunk_reader.h"
#include "client/cli/failure.h"
#include "client/cli/input.h"
#include "client/cli/ordered_tasks.h"
#include "client/cli/progress.h"
#include "keyward/client.h"

namespace keyward::cli {
namespace {

// Enough to keep the server busy while lines are read and written here.
constexpr std::size_t kCallsUnderWay = 4;

// A descriptor that becomes readable when asked to.
class Signal {
 public:
  Signal() : descriptor_(eventfd(0, EFD_CLOEXEC)) {}
  ~Signal() { close(descriptor_); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  int descriptor() const { return descriptor_; }
  void Raise() const { eventfd_write(descriptor_, 1); }

 private:
  const int descriptor_;
};

// Returns 0, or errno.
int WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Writes the answers, on a thread of its own, so that they come out while input is waited for.
class AnswerSink {
 public:
  AnswerSink(std::optional<std::uint64_t> input_bytes, const Signal& stop)
      : progress_(input_bytes), stop_(stop) {}

  void Drain(OrderedTasks<BatchAnswers>& tasks) {
    while (const std::optional<BatchAnswers> answers = tasks.Take()) {
      progress_.Hide();
      write_error_ = WriteAll(STDOUT_FILENO, answers->text);
      Count(*answers);
      if (write_error_ == 0) continue;
      tasks.Stop();
      stop_.Raise();
      break;
    }
    progress_.Finish();
  }

  // Tells what went wrong, if anything.
  ExitStatus Report(const Output& output) const {
    if (write_error_ != 0) {
      return output.Fail(
          {"DATA_LOSS", "CANNOT_WRITE",
           absl::StrCat("standard output takes no more: ", std::strerror(write_error_)), ""},
          kExitUsage);
    }
    if (failed_ == 0) return kExitOk;
    Failure summary = *failure_;
    summary.message = absl::StrCat(failed_, " of ", values_, " lines failed; the first, line ",
                                   failed_line_, ": ", failure_->message);
    return output.Fail(summary, kExitNo);
  }

 private:
  void Count(const BatchAnswers& answers) {
    values_ += answers.values;
    if (failed_ == 0 && answers.failed > 0) {
      failed_line_ = answers.failed_line;
      failure_ = answers.failure;
    }
    failed_ += answers.failed;
    progress_.Update(values_, answers.bytes_taken);
  }

  Progress progress_;
  const Signal& stop_;
  std::uint64_t values_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t failed_line_ = 0;
  std::optional<Failure> failure_;
  int write_error_ = 0;
};

// Until the input ends, cannot be read, or nobody takes answers any more.
absl::Status Feed(ChunkReader& chunks, OrderedTasks<BatchAnswers>& tasks,
                  const client::Client& client, const client::ClientOptions& options,
                  BatchVerb verb) {
  while (true) {
    auto chunk = chunks.Next();
    if (!chunk.ok()) return chunk.status();
    if (!chunk->has_value()) return absl::OkStatus();
    auto call = [&client, &options, verb, chunk = **std::move(chunk)]() mutable {
      return AnswerChunk(client, options, verb, std::move(chunk));
    };
    if (!tasks.Add(std::move(call))) return absl::OkStatus();
  }
}

ExitStatus RunBatch(const Invocation& invocation, BatchVerb verb, const Output& output,
                    const client::Client& client, const InputFile& input, BatchLine defaults) {
  const Signal stop;
  ChunkReader chunks(input, stop.descriptor(), verb, std::move(defaults));
  AnswerSink sink(input.BytesLeft(), stop);
  OrderedTasks<BatchAnswers> tasks(kCallsUnderWay);
  std::thread writer([&] { sink.Drain(tasks); });
  const absl::Status read = Feed(chunks, tasks, client, invocation.client, verb);
  tasks.End();
  writer.join();
  const ExitStatus status = sink.Report(output);
  return read.ok() ? status : output.Fail(LocalFailure(read), kExitUsage);
}

}  // namespace

ExitStatus RunBatch(const Invocation& invocation, BatchVerb verb, const Output& output) {
  const auto client = client::Client::New(invocation.client);
  if (!client.ok()) return output.Fail(LocalFailure(client.status()), kExitUsage);
  auto associated_data = ReadAssociatedData(invocation);
  if (!associated_data.ok()) {
    return output.Fail(LocalFailure(associated_data.status()), kExitUsage);
  }
  const auto input = InputFile::Open(invocation.input_file);
  if (!input.ok()) return output.Fail(LocalFailure(input.status()), kExitUsage);
  if (IsTerminal(invocation.input_file)) {
    output.Warn("reading JSON lines from the terminal; Ctrl-D ends it");
  }
  BatchLine defaults;
  defaults.scope = invocation.scope;
  defaults.associated_data = *std::move(associated_data);
  defaults.allow_legacy_plaintext = invocation.allow_legacy_plaintext;
  defaults.token_format = invocation.token_format;
  return RunBatch(invocation, verb, output, *client, *input, std::move(defaults));
}

}  // namespace keyward::cli
