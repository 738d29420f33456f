#include "client/cli/migrate.h"

#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/failure.h"
#include "client/cli/migrate_chunk.h"
#include "client/cli/migrate_plan.h"
#include "client/cli/migrate_reader.h"
#include "client/cli/migrate_redis.h"
#include "client/cli/migrate_report.h"
#include "client/cli/migrate_writer.h"
#include "client/cli/ordered_tasks.h"
#include "client/cli/progress.h"
#include "keyward/client.h"

namespace keyward::cli {
namespace {

// Enough to keep the server busy while Redis is read and written.
constexpr std::size_t kCallsUnderWay = 4;

Failure RedisFailure(const absl::Status& status) {
  Failure failure = LocalFailure(status);
  failure.reason = absl::IsUnavailable(status) ? "REDIS_UNAVAILABLE" : "REDIS_REFUSED";
  return failure;
}

// For a run that had begun.
Failure Interrupted(Failure failure) {
  failure.hint = "what was done stays; run it again to go on";
  return failure;
}

// Takes what the server answered, on a thread of its own, and writes it to Redis.
class AnswerTaker {
 public:
  // `writer` is null where nothing is to be written.
  AnswerTaker(const MigrationPlan& plan, const client::ClientOptions& options, ValueWriter* writer,
              MigrationReport& report)
      : plan_(plan), options_(options), writer_(writer), report_(report), progress_(std::nullopt) {}

  void Drain(OrderedTasks<AnsweredChunk>& tasks) {
    while (std::optional<AnsweredChunk> answered = tasks.Take()) {
      if (!answered->status.ok()) failure_ = CallFailure(answered->status, options_);
      const absl::Status written = Write(*answered);
      if (!written.ok()) failure_ = RedisFailure(written);
      report_.Add(answered->rule, answered->tally);
      values_ += answered->tally.values;
      progress_.Update(values_, /*bytes_taken=*/0);
      if (!failure_) continue;
      tasks.Stop();
      break;
    }
    progress_.Finish();
  }

  // Why it took no more.
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  absl::Status Write(AnsweredChunk& answered) {
    if (writer_ != nullptr) {
      const bool hashes = plan_.rules[answered.rule].kind != RuleKind::kString;
      return writer_->Write(answered.changes, hashes, answered.tally);
    }
    for (const KeyChange& change : answered.changes) {
      for (const ValueChange& value : change.values) answered.tally.done += value.count;
    }
    return absl::OkStatus();
  }

  const MigrationPlan& plan_;
  const client::ClientOptions& options_;
  ValueWriter* const writer_;
  MigrationReport& report_;
  Progress progress_;
  std::uint64_t values_ = 0;
  std::optional<Failure> failure_;
};

// What a dry run makes of a chunk: no key is made for a user whose values stay as they are.
AnsweredChunk CountAsDone(MigrationChunk chunk) {
  AnsweredChunk answered{.rule = chunk.rule, .tally = std::move(chunk.tally)};
  for (const KeyPiece& piece : chunk.pieces) {
    for (const StoredValue& value : piece.values) answered.tally.done += value.places.size();
  }
  return answered;
}

AnsweredChunk Answer(const client::Client& client, const MigrationPlan& plan,
                     MigrationChunk chunk) {
  if (plan.mode == MigrationMode::kEncrypt && !plan.apply) return CountAsDone(std::move(chunk));
  const MigrationRule& rule = plan.rules[chunk.rule];
  return AnswerMigrationChunk(client, rule, plan.mode, std::move(chunk));
}

// `writer` is null where nothing is to be written.
ExitStatus Migrate(const Invocation& invocation, Output& output, const MigrationPlan& plan,
                   const client::Client& client, RedisConnection& redis, ValueWriter* writer) {
  MigrationReport report(plan.rules, plan.mode, writer != nullptr);
  AnswerTaker taker(plan, invocation.client, writer, report);
  OrderedTasks<AnsweredChunk> tasks(kCallsUnderWay);
  std::thread drain([&] { taker.Drain(tasks); });
  ChunkBuilder chunks([&](MigrationChunk chunk) {
    return tasks.Add([&client, &plan, chunk = std::move(chunk)]() mutable {
      return Answer(client, plan, std::move(chunk));
    });
  });
  KeyspaceReader reader(redis, plan.rules, plan.mode, chunks);
  const absl::Status read = reader.ReadAll();
  tasks.End();
  drain.join();
  std::optional<Failure> failure = taker.failure();
  if (!failure && !read.ok()) failure = RedisFailure(read);
  if (failure) failure = Interrupted(*failure);
  return report.Finish(output, reader.passed_over(), failure);
}

ExitStatus FailToOpen(const absl::Status& status, const Output& output) {
  if (absl::IsInvalidArgument(status)) return output.Fail(LocalFailure(status), kExitUsage);
  return output.Fail(RedisFailure(status), kExitNo);
}

// Whether the server can do it at all; the failure was told where not.
bool CanEncrypt(const Invocation& invocation, const Output& output, const client::Client& client) {
  const auto status = client.GetStatus();
  if (!status.ok()) {
    output.Fail(CallFailure(status.status(), invocation.client), kExitNo);
    return false;
  }
  if (status->encryption_enabled) return true;
  output.Fail({"FAILED_PRECONDITION", "ENCRYPTION_DISABLED",
               absl::StrCat(invocation.client.address, " has no master key"), ""},
              kExitNo);
  return false;
}

}  // namespace

ExitStatus MigrateRedis(const Invocation& invocation, Output& output) {
  auto plan = PlanMigration(invocation.migration);
  if (!plan.ok()) return output.Fail(LocalFailure(plan.status()), kExitUsage);
  const auto client = client::Client::New(invocation.client);
  if (!client.ok()) return output.Fail(LocalFailure(client.status()), kExitUsage);
  const auto reading = RedisConnection::Open(plan->redis, plan->tls);
  if (!reading.ok()) return FailToOpen(reading.status(), output);
  if (!CanEncrypt(invocation, output, *client)) return kExitNo;
  if (!plan->apply) return Migrate(invocation, output, *plan, *client, **reading, nullptr);

  const auto writing = RedisConnection::Open(plan->redis, plan->tls);
  if (!writing.ok()) return FailToOpen(writing.status(), output);
  auto writer = ValueWriter::New(**writing);
  if (!writer.ok()) return FailToOpen(writer.status(), output);
  return Migrate(invocation, output, *plan, *client, **reading, &*writer);
}

}  // namespace keyward::cli
