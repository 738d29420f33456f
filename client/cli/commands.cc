#include "client/cli/commands.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "client/cli/answers.h"
#include "client/cli/audit.h"
#include "client/cli/backup.h"
#include "client/cli/batch.h"
#include "client/cli/call_server.h"
#include "client/cli/certs.h"
#include "client/cli/failure.h"
#include "client/cli/input.h"
#include "client/cli/kek_verbs.h"
#include "client/cli/key_verbs.h"
#include "client/cli/legacy_finish.h"
#include "client/cli/legacy_import.h"
#include "client/cli/migrate.h"
#include "client/cli/policy.h"
#include "client/cli/restore.h"
#include "client/cli/store_copy.h"
#include "client/cli/times.h"
#include "client/cli/token_format.h"
#include "client/cli/verify.h"
#include "client/cli/verify_online.h"
#include "client/cpp/src/utf8.h"
#include "keyward/client.h"

namespace keyward::cli {
namespace {

using client::Client;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// Reads the verb's input, hands it to `next`.
ExitStatus WithInput(const Invocation& invocation, const Output& output, std::string_view what,
                     const std::function<ExitStatus(std::string)>& next) {
  if (IsTerminal(invocation.input_file)) {
    output.Warn(absl::StrFormat("reading the %s from the terminal; Ctrl-D ends it", View(what)));
  }
  absl::StatusOr<std::string> input = ReadInput(invocation.input_file);
  if (!input.ok()) return output.Fail(LocalFailure(input.status()), kExitUsage);
  return next(*std::move(input));
}

void WarnOfNewline(const Output& output, std::string_view plaintext, std::string_view what) {
  if (plaintext.ends_with('\n')) {
    output.Warn(absl::StrFormat("the %s ends in a newline, which is part of it", View(what)));
  }
}

ExitStatus GenKey(const Invocation&, Output& output) {
  std::array<unsigned char, 32> key;
  if (RAND_priv_bytes(key.data(), key.size()) != 1) {
    return output.Fail({"INTERNAL", "INTERNAL", "the system has no random bytes", ""}, kExitUsage);
  }
  std::string text = absl::Base64Escape({reinterpret_cast<const char*>(key.data()), key.size()});
  OPENSSL_cleanse(key.data(), key.size());
  // The URL-safe alphabet: the Python module reads no other.
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return output.Result(text, JsonObject().Text("master_key", text));
}

ExitStatus ShowStatus(const client::StatusResult& status, Output& output) {
  JsonObject limits;
  limits.Number("max_user_id_bytes", status.limits.max_user_id_bytes)
      .Number("max_plaintext_bytes", status.limits.max_plaintext_bytes)
      .Number("max_associated_data_bytes", status.limits.max_associated_data_bytes)
      .Number("max_batch_items", status.limits.max_batch_items)
      .Number("max_batch_bytes", status.limits.max_batch_bytes);
  const std::string lines = absl::StrFormat(
      "version: %s\nencryption_enabled: %s\nkek_id: %s\nstore: %s\nmax_user_id_bytes: %u\n"
      "max_plaintext_bytes: %u\nmax_associated_data_bytes: %u\nmax_batch_items: %u\n"
      "max_batch_bytes: %u\ntoken_format: %s",
      status.version, status.encryption_enabled ? "true" : "false", status.kek_id, status.store,
      status.limits.max_user_id_bytes, status.limits.max_plaintext_bytes,
      status.limits.max_associated_data_bytes, status.limits.max_batch_items,
      status.limits.max_batch_bytes, TokenFormatName(status.token_format));
  return output.Result(lines, JsonObject()
                                  .Text("version", status.version)
                                  .Boolean("encryption_enabled", status.encryption_enabled)
                                  .Text("kek_id", status.kek_id)
                                  .Text("store", status.store)
                                  .Object("limits", limits)
                                  .Text("token_format", TokenFormatName(status.token_format)));
}

ExitStatus Status(const Invocation& invocation, Output& output) {
  return CallServer<Client>(
      invocation, output, [](const Client& client) { return client.GetStatus(); },
      [&](const client::StatusResult& status) { return ShowStatus(status, output); });
}

ExitStatus ShowToken(const client::EncryptResult& sealed, Output& output) {
  JsonObject object;
  AddToken(sealed, object);
  return output.Result(sealed.token, object);
}

ExitStatus Encrypt(const Invocation& invocation, Output& output) {
  if (invocation.batch) return RunBatch(invocation, BatchVerb::kEncrypt, output);
  return WithInput(invocation, output, "plaintext", [&](const std::string& plaintext) {
    const auto associated_data = ReadAssociatedData(invocation);
    if (!associated_data.ok()) {
      return output.Fail(LocalFailure(associated_data.status()), kExitUsage);
    }
    WarnOfNewline(output, plaintext, "plaintext");
    return CallServer<Client>(
        invocation, output,
        [&](const Client& client) {
          return client.Encrypt(*invocation.scope, plaintext, *associated_data,
                                invocation.token_format);
        },
        [&](const client::EncryptResult& sealed) { return ShowToken(sealed, output); });
  });
}

ExitStatus ShowPlaintext(const client::DecryptResult& opened, Output& output) {
  JsonObject object;
  if (client::IsUtf8(opened.plaintext)) object.Text("plaintext", opened.plaintext);
  object.Text("plaintext_base64", absl::Base64Escape(opened.plaintext));
  AddAboutPlaintext(opened, object);
  if (!output.raw()) WarnOfNewline(output, opened.plaintext, "plaintext");
  return output.Result(opened.plaintext, object);
}

ExitStatus Decrypt(const Invocation& invocation, Output& output) {
  if (invocation.batch) return RunBatch(invocation, BatchVerb::kDecrypt, output);
  return WithInput(invocation, output, "token", [&](const std::string& input) {
    auto associated_data = ReadAssociatedData(invocation);
    if (!associated_data.ok()) {
      return output.Fail(LocalFailure(associated_data.status()), kExitUsage);
    }
    const bool legacy = invocation.allow_legacy_plaintext;
    const client::DecryptOptions options{*std::move(associated_data), legacy};
    return CallServer<Client>(
        invocation, output,
        [&](const Client& client) {
          return client.Decrypt(*invocation.scope, TrimmedToken(input, legacy), options);
        },
        [&](const client::DecryptResult& opened) { return ShowPlaintext(opened, output); });
  });
}

ExitStatus Rewrap(const Invocation& invocation, Output& output) {
  return RunBatch(invocation, BatchVerb::kRewrap, output);
}

ExitStatus UserKey(const Invocation& invocation, Output& output) {
  return CallServer<Client>(
      invocation, output,
      [&](const Client& client) {
        return client.GetOrCreateUserKey(invocation.scope->user_id(), invocation.key_version);
      },
      [&](const client::UserKeyResult& key) {
        const std::string hex = absl::BytesToHexString(View(key.key.ExposeSecret()));
        return output.Result(hex, JsonObject()
                                      .Text("key", hex)
                                      .Number("version", key.version)
                                      .Boolean("created", key.created)
                                      .Text("create_time", ExactTime(key.create_time)));
      });
}

ExitStatus PoolKey(const Invocation& invocation, Output& output) {
  return CallServer<Client>(
      invocation, output, [](const Client& client) { return client.PoolKey(); },
      [&](const client::PoolKeyResult& key) {
        const std::string hex = absl::BytesToHexString(View(key.key.ExposeSecret()));
        return output.Result(hex, JsonObject().Text("key", hex).Text("kek_id", key.kek_id));
      });
}

ExitStatus Hash(const Invocation& invocation, Output& output) {
  return WithInput(invocation, output, "API key", [&](const std::string& api_key) {
    WarnOfNewline(output, api_key, "API key");
    const std::string hash = client::ApiKeyHash(api_key);
    return output.Result(hash, JsonObject().Text("sha256_hex", hash));
  });
}

ExitStatus IsEncrypted(const Invocation& invocation, Output& output) {
  return WithInput(invocation, output, "value", [&](const std::string& value) {
    const bool yes = client::IsEncrypted(value);
    return output.Result(yes ? "yes" : "no", JsonObject().Boolean("encrypted", yes),
                         yes ? kExitOk : kExitNo);
  });
}

ExitStatus Verify(const Invocation& invocation, Output& output) {
  return invocation.verify_online ? VerifyOnline(invocation, output)
                                  : VerifyDatabase(invocation, output);
}

struct Verb {
  std::string_view name;
  ExitStatus (*run)(const Invocation&, Output&);
};
constexpr std::array kRuns = {
    Verb{"genkey", GenKey},
    Verb{"status", Status},
    Verb{"encrypt", Encrypt},
    Verb{"decrypt", Decrypt},
    Verb{"user-key", UserKey},
    Verb{"pool-key", PoolKey},
    Verb{"hash", Hash},
    Verb{"is-encrypted", IsEncrypted},
    Verb{"audit", RunAudit},
    Verb{"certs", MakeTrialCertificates},
    Verb{"policy", RunPolicy},
    Verb{"verify", Verify},
    Verb{"rewrap", Rewrap},
    Verb{"key", RunKey},
    Verb{"kek", RunKek},
    Verb{"backup", MakeBackup},
    Verb{"restore", Restore},
    Verb{"import", ImportLegacy},
    Verb{"store", RunStore},
    Verb{"legacy", RunLegacy},
    Verb{"migrate", MigrateRedis},
};

}  // namespace

ExitStatus Run(const Invocation& invocation, Output& output) {
  const auto* verb = std::find_if(kRuns.begin(), kRuns.end(),
                                  [&](const Verb& each) { return each.name == invocation.verb; });
  return verb->run(invocation, output);
}

}  // namespace keyward::cli
