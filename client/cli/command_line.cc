#include "client/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "client/cli/action_command_line.h"
#include "client/cli/help.h"
#include "client/cli/missing_command.h"
#include "client/cli/operator_command_line.h"
#include "client/cli/output.h"
#include "client/cli/own_command_line.h"
#include "client/cli/token_format.h"
#include "client/cli/verb_footer.h"

namespace keyward::cli {
namespace {

// Where the parser puts what an Invocation holds in another form.
struct Arguments {
  Invocation invocation;
  std::string deadline = "5s";
  client::TlsOptions tls;
  std::string user;
  bool pool = false;
  std::string format;
  std::string store;
};

void AddGlobalOptions(CLI::App& app, Arguments& into) {
  app.add_option("--address", into.invocation.client.address,
                 "The server: host:port, or unix:/path")
      ->envname("KEYWARD_ADDRESS")
      ->capture_default_str();
  app.add_option("--deadline", into.deadline, "For the whole call, such as 500ms or 5s")
      ->envname("KEYWARD_DEADLINE")
      ->capture_default_str();
  app.add_option("--tls_ca", into.tls.ca_file, "Use TLS; PEM file of who may vouch for the server")
      ->envname("KEYWARD_TLS_CA")
      ->type_name("FILE");
  app.add_option("--tls_cert", into.tls.cert_file, "PEM file of the client's own certificates")
      ->envname("KEYWARD_TLS_CERT")
      ->type_name("FILE");
  app.add_option("--tls_key", into.tls.key_file, "PEM file of the client's private key")
      ->envname("KEYWARD_TLS_KEY")
      ->type_name("FILE");
  app.add_flag("--json", into.invocation.json, "Write one JSON object, errors too (to stderr)");
  app.add_flag("--raw", into.invocation.raw, "Write no newline after the result");
}

void AddUser(CLI::App& verb, Arguments& into) {
  verb.add_option("--user", into.user, "The user's id");
}

void AddScope(CLI::App& verb, Arguments& into) {
  AddUser(verb, into);
  verb.add_flag("--pool", into.pool, "The pool's key, for values that belong to no user");
}

void AddInput(CLI::App& verb, Arguments& into) {
  verb.add_option("--in", into.invocation.input_file,
                  "Read this file, byte for byte, instead of standard input")
      ->type_name("FILE");
}

void AddLines(CLI::App& verb, Arguments& into) {
  verb.add_option(
      "FILE", into.invocation.input_file,
      "JSON lines, a token each; standard input where left out. The other options stand "
      "for what a line leaves out");
}

void AddAssociatedData(CLI::App& verb, Arguments& into) {
  auto* text = verb.add_option("--associated-data", into.invocation.associated_data,
                               "Authenticated with the plaintext, not stored");
  verb.add_option("--associated-data-file", into.invocation.associated_data_file,
                  "A file that holds it, taken byte for byte")
      ->type_name("FILE")
      ->excludes(text);
}

void AddDatabase(CLI::App& verb, Arguments& into) {
  verb.add_option("DATABASE", into.invocation.database, "The file; it wins over --store")
      ->type_name("FILE");
  verb.add_option("--store", into.store, "The same, as the server has it: sqlite:PATH")
      ->envname("KEYWARD_STORE")
      ->type_name("FILE");
  verb.add_flag("--online", into.invocation.verify_online,
                "Have the server verify its own store while it serves");
}

void AddVerbs(CLI::App& app, Arguments& into) {
  for (const VerbHelp& each : kVerbs) {
    CLI::App* verb = app.add_subcommand(std::string(each.name), std::string(each.summary));
    verb->footer(VerbFooter(each));
    const std::string_view name = each.name;
    if (name == "encrypt" || name == "decrypt" || name == "rewrap") {
      AddScope(*verb, into);
      AddAssociatedData(*verb, into);
    }
    if (name == "encrypt" || name == "decrypt") {
      verb->add_flag("--batch", into.invocation.batch,
                     "Read and write JSON lines, a value each; the other options stand for what a "
                     "line leaves out");
    }
    if (name == "encrypt" || name == "decrypt" || name == "hash" || name == "is-encrypted") {
      AddInput(*verb, into);
    }
    if (name == "encrypt") {
      verb->add_option("--format", into.format,
                       "Of the token: v2 or v3; the server's own unless told");
    }
    if (name == "decrypt") {
      verb->add_flag("--allow-legacy-plaintext", into.invocation.allow_legacy_plaintext,
                     "Give a value that is no token back unchanged");
    }
    if (name == "rewrap") AddLines(*verb, into);
    AddActions(*verb, into.invocation);
    if (name == "verify") AddDatabase(*verb, into);
    if (name == "user-key") {
      AddUser(*verb, into);
      verb->add_option("--version", into.invocation.key_version, "Of the key; 0: the primary one")
          ->capture_default_str();
    }
  }
  AddOperatorVerbs(app, into.invocation);
  AddOwnVerbs(app);
}

std::optional<client::Scope> TakeScope(const CLI::App& verb, const Arguments& from) {
  const bool user = verb.count("--user") > 0;
  if (from.pool && user) throw CLI::ValidationError("--user and --pool exclude each other");
  if (from.pool) return client::Scope::Pool();
  if (user) return client::Scope::User(from.user);
  if (from.invocation.batch) return std::nullopt;
  const bool has_pool = verb.get_option_no_throw("--pool") != nullptr;
  throw CLI::ValidationError(verb.get_name() + " needs --user ID" + (has_pool ? " or --pool" : ""));
}

void TakeTokenFormat(const std::string& text, Invocation& invocation) {
  const auto format = ParseTokenFormat(text);
  if (!format) throw CLI::ValidationError("--format takes v2 or v3");
  invocation.token_format = *format;
}

void TakeDatabase(const Arguments& from, Invocation& invocation) {
  if (invocation.raw) throw CLI::ValidationError("verify and --raw exclude each other");
  if (invocation.verify_online) {
    if (invocation.database.empty()) return;
    throw CLI::ValidationError("--online and DATABASE exclude each other");
  }
  if (invocation.database.empty()) invocation.database = from.store;
  if (invocation.database.empty()) {
    throw CLI::ValidationError("verify needs a DATABASE, --store sqlite:PATH, or --online");
  }
}

// Throws CLI's own errors, like the parser.
Invocation Finish(const CLI::App& app, Arguments& arguments) {
  Invocation& invocation = arguments.invocation;
  const CLI::App& verb = *app.get_subcommands().front();
  invocation.verb = verb.get_name();
  if (!absl::ParseDuration(arguments.deadline, &invocation.client.deadline) ||
      invocation.client.deadline <= absl::ZeroDuration()) {
    throw CLI::ValidationError("--deadline is a time such as 500ms or 5s");
  }
  const client::TlsOptions& tls = arguments.tls;
  if (!tls.ca_file.empty()) invocation.client.tls = tls;
  if (tls.ca_file.empty() && !(tls.cert_file.empty() && tls.key_file.empty())) {
    throw CLI::ValidationError("--tls_cert and --tls_key need --tls_ca");
  }
  if (invocation.verb == "rewrap") invocation.batch = true;
  if (invocation.batch && invocation.raw) {
    const std::string lines = invocation.verb == "rewrap" ? "rewrap" : "--batch";
    throw CLI::ValidationError(lines + " and --raw exclude each other");
  }
  FinishOperatorVerb(app, invocation);
  if (invocation.verb == "encrypt" && verb.count("--format") > 0) {
    TakeTokenFormat(arguments.format, invocation);
  }
  if (invocation.verb == "verify") TakeDatabase(arguments, invocation);
  FinishAction(verb, invocation);
  if (verb.get_option_no_throw("--user") != nullptr) invocation.scope = TakeScope(verb, arguments);
  return invocation;
}

ExitStatus PrintOwnText(const std::string& text) {
  return Output(/*json=*/false, /*raw=*/true).Result(text, JsonObject());
}

// The options may not have been parsed when the error is met.
ExitStatus UsageError(int argc, const char* const* argv, const std::string& message) {
  const bool json = std::any_of(argv, argv + argc,
                                [](const char* each) { return each == std::string("--json"); });
  return Output(json, /*raw=*/false)
      .Fail({"INVALID_ARGUMENT", "USAGE", message, "see keyward --help"}, kExitUsage);
}

}  // namespace

std::variant<Invocation, ExitStatus> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app(std::string(kProgramSummary), "keyward");
  app.footer(std::string(kProgramFooter));
  app.set_version_flag("--version", "keyward " KEYWARD_VERSION);
  app.fallthrough();
  app.require_subcommand(1);
  Arguments arguments;
  AddGlobalOptions(app, arguments);
  AddVerbs(app, arguments);
  try {
    app.parse(argc, argv);
    if (const auto text = OwnText(app)) return PrintOwnText(*text);
    return Finish(app, arguments);
  } catch (const CLI::ExtrasError&) {
    // The parser's own message repeats the argument, which may be a secret.
    return UsageError(
        argc, argv,
        "an option or argument that it does not know; values are read from standard input or --in "
        "FILE");
  } catch (const CLI::ConversionError& error) {
    // "Could not convert: --option = value": the option alone.
    const std::string message = error.what();
    return UsageError(argc, argv, message.substr(0, message.find(" = ")));
  } catch (const CLI::RequiredError& error) {
    return UsageError(argc, argv, MissingCommand(app).value_or(error.what()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return UsageError(argc, argv, error.what());
    app.exit(error);
    return kExitOk;
  }
}

}  // namespace keyward::cli
