#include "client/cli/batch_chunk.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "client/cli/answers.h"
#include "client/cli/failure.h"
#include "client/cpp/src/utf8.h"

namespace keyward::cli {
namespace {

// The tags and lengths of an item and of its fields.
constexpr std::size_t kItemOverhead = 32;

struct Sealing {
  using Item = client::EncryptItem;

  static Item MakeItem(BatchLine& line) {
    return {*line.scope, std::move(line.value), *std::move(line.associated_data),
            *line.token_format};
  }
  static absl::StatusOr<client::EncryptResults> Call(const client::Client& client,
                                                     const std::vector<Item>& items) {
    return client.BatchEncrypt(items);
  }
  static void Describe(const client::EncryptResult& sealed, JsonObject& into) {
    AddToken(sealed, into);
  }
};

struct Opening {
  using Item = client::DecryptItem;

  static Item MakeItem(BatchLine& line) {
    const bool legacy = *line.allow_legacy_plaintext;
    return {*line.scope,
            TrimmedToken(std::move(line.value), legacy),
            {*std::move(line.associated_data), legacy}};
  }
  static absl::StatusOr<client::DecryptResults> Call(const client::Client& client,
                                                     const std::vector<Item>& items) {
    return client.BatchDecrypt(items);
  }
  static void Describe(const client::DecryptResult& opened, JsonObject& into) {
    if (client::IsUtf8(opened.plaintext)) {
      into.Text("plaintext", opened.plaintext);
    } else {
      into.Text("plaintext_base64", absl::Base64Escape(opened.plaintext));
    }
    AddAboutPlaintext(opened, into);
  }
};

struct Rewrapping {
  using Item = client::RewrapItem;

  static Item MakeItem(BatchLine& line) {
    return {*line.scope, TrimmedToken(std::move(line.value), /*allow_legacy_plaintext=*/false),
            *std::move(line.associated_data)};
  }
  static absl::StatusOr<client::RewrapResults> Call(const client::Client& client,
                                                    const std::vector<Item>& items) {
    return client.BatchRewrap(items);
  }
  static void Describe(const client::RewrapResult& rewrapped, JsonObject& into) {
    AddRewrapped(rewrapped, into);
  }
};

JsonObject Answer(const BatchLine& line) {
  JsonObject answer;
  if (!line.id.empty()) answer.Json("id", line.id);
  return answer;
}

void AddFailure(const BatchLine& line, const Failure& failure, BatchAnswers& answers) {
  if (answers.failed++ == 0) {
    answers.failed_line = line.number;
    answers.failure = failure;
  }
  JsonObject answer = Answer(line);
  answer.Number("line", line.number).Object("error", ErrorObject(failure));
  answers.text += answer.Line() + '\n';
}

template <typename Verb>
std::vector<typename Verb::Item> MakeItems(std::vector<BatchLine>& lines) {
  std::vector<typename Verb::Item> items;
  items.reserve(lines.size());
  for (BatchLine& line : lines) {
    if (!line.refused) items.push_back(Verb::MakeItem(line));
  }
  return items;
}

template <typename Verb>
BatchAnswers AnswerLines(const client::Client& client, const client::ClientOptions& options,
                         std::vector<BatchLine> lines) {
  const auto results = Verb::Call(client, MakeItems<Verb>(lines));
  BatchAnswers answers;
  answers.values = lines.size();
  std::size_t next = 0;
  for (const BatchLine& line : lines) {
    if (line.refused) {
      AddFailure(line, *line.refused, answers);
    } else if (!results.ok()) {
      AddFailure(line, CallFailure(results.status(), options), answers);
    } else if (const auto& result = (*results)[next++]; result.ok()) {
      JsonObject answer = Answer(line);
      Verb::Describe(*result, answer);
      answers.text += answer.Line() + '\n';
    } else {
      AddFailure(line, CallFailure(result.status(), options), answers);
    }
  }
  return answers;
}

BatchAnswers AnswerLines(const client::Client& client, const client::ClientOptions& options,
                         BatchVerb verb, std::vector<BatchLine> lines) {
  switch (verb) {
    case BatchVerb::kEncrypt:
      return AnswerLines<Sealing>(client, options, std::move(lines));
    case BatchVerb::kDecrypt:
      return AnswerLines<Opening>(client, options, std::move(lines));
    case BatchVerb::kRewrap:
      break;
  }
  return AnswerLines<Rewrapping>(client, options, std::move(lines));
}

}  // namespace

std::size_t RequestBytes(const BatchLine& line) {
  const std::size_t associated_data = line.associated_data ? line.associated_data->size() : 0;
  const std::size_t user_id = line.scope ? line.scope->user_id().size() : 0;
  return kItemOverhead + user_id + line.value.size() + associated_data;
}

BatchAnswers AnswerChunk(const client::Client& client, const client::ClientOptions& options,
                         BatchVerb verb, BatchChunk chunk) {
  BatchAnswers answers = AnswerLines(client, options, verb, std::move(chunk.lines));
  answers.bytes_taken = chunk.bytes_taken;
  return answers;
}

}  // namespace keyward::cli
