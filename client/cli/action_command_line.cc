#include "client/cli/action_command_line.h"

#include <string>

namespace keyward::cli {
namespace {

void AddCerts(CLI::App& verb, TrialOptions& into) {
  verb.require_subcommand(1);
  CLI::App* trial = verb.add_subcommand(
      "trial", "Make an authority, and certificates of it for a server and clients, in a folder");
  trial->add_option("DIR", into.folder, "The folder; made where there is none")->required();
  trial->add_option("--host", into.hosts, "A name or address of the server beside localhost");
  trial->add_option("--client", into.clients, "A client, known as dns:NAME (unless told: client)");
  trial->add_option("--spiffe", into.spiffe_ids, "A client, known as spiffe://DOMAIN/PATH");
  trial->add_option("--days", into.days, "For how long they are valid")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
}

void AddPolicyActions(CLI::App& verb, PolicyQuestion& into) {
  verb.require_subcommand(1);
  CLI::App* check =
      verb.add_subcommand("check", "Say whether the file is a policy, or what is wrong and where");
  CLI::App* test =
      verb.add_subcommand("test", "Say whether the policy allows that, and by which grant");
  for (CLI::App* each : {check, test}) each->add_option("FILE", into.file)->required();
  test->add_option("PRINCIPAL", into.principal)->required();
  test->add_option("PERMISSION", into.permission)->required();
  auto* user = test->add_option("USER", into.user, "The user's id");
  test->add_flag("--pool", into.pool, "Ask for the pool instead of a user")->excludes(user);
}

void AddAuditActions(CLI::App& verb, AuditQuestion& into) {
  verb.require_subcommand(1);
  CLI::App* verify =
      verb.add_subcommand("verify", "Say whether a log is as it was written, or where it is not");
  verify->add_option("FILE", into.files, "All files of the log, in any order")->required();
  verify->add_option("--anchor", into.anchor,
                     "SEQ:MAC of a line, as an earlier verification printed it");
  CLI::App* tail = verb.add_subcommand("tail", "Print the last lines, in columns");
  tail->add_option("FILE", into.files, "The newest file of the log")->required()->expected(1);
  tail->add_option("-n,--lines", into.lines, "How many")->capture_default_str();
  tail->add_flag("-f,--follow", into.follow, "Go on with those that come, also in a new file");
}

void AddMigration(CLI::App& verb, MigrationOptions& into) {
  verb.require_subcommand(1);
  CLI::App* redis = verb.add_subcommand(
      "redis", "Turn plaintext values of a live Redis into tokens, in place; or back, or open all");
  redis
      ->add_option("--redis", into.redis, "redis://[USER@]HOST[:PORT][/DB], rediss://…, unix:/PATH")
      ->envname("KEYWARD_REDIS")
      ->required();
  redis
      ->add_option("--redis_password_file", into.redis_password_file,
                   "A file with the password; or set KEYWARD_REDIS_PASSWORD")
      ->envname("KEYWARD_REDIS_PASSWORD_FILE");
  redis->add_option("--redis_ca", into.redis_ca, "For rediss://: PEM file of who may vouch for it")
      ->envname("KEYWARD_REDIS_CA");
  redis->add_option("--redis_cert", into.redis_cert, "PEM file of the own certificates for Redis")
      ->envname("KEYWARD_REDIS_CERT");
  redis->add_option("--redis_key", into.redis_key, "PEM file of the private key for Redis")
      ->envname("KEYWARD_REDIS_KEY");
  redis->add_option("--preset", into.preset, "Rules that come with Keyward: stargazer");
  redis->add_option("--rules", into.rules_file, "A JSON file of rules");
  redis->add_option(
      "--rule", into.rules,
      "\"string|hash|pool_hash PATTERN [field=NAME]… [json=PATH]… [pool]\"; repeatable");
  auto* apply = redis->add_flag("--apply", into.apply, "Write; without it nothing is written");
  auto* rollback = redis->add_flag("--rollback", into.rollback, "Turn tokens back into plaintext");
  redis->add_flag("--verify", into.verify, "Open every token, and count what is plaintext")
      ->excludes(apply)
      ->excludes(rollback);
}

void TakePolicyAction(const CLI::App& verb, PolicyQuestion& into) {
  const CLI::App& action = *verb.get_subcommands().front();
  into.action = action.get_name();
  if (into.action == "test" && !into.pool && !into.user) {
    throw CLI::ValidationError("policy test needs USER or --pool");
  }
}

}  // namespace

void AddActions(CLI::App& verb, Invocation& into) {
  const std::string& name = verb.get_name();
  if (name == "audit") AddAuditActions(verb, into.audit);
  if (name == "certs") AddCerts(verb, into.trial);
  if (name == "migrate") AddMigration(verb, into.migration);
  if (name == "policy") AddPolicyActions(verb, into.policy);
}

void FinishAction(const CLI::App& verb, Invocation& invocation) {
  if (invocation.verb == "audit") {
    invocation.audit.action = verb.get_subcommands().front()->get_name();
  }
  if (invocation.verb == "policy") TakePolicyAction(verb, invocation.policy);
}

}  // namespace keyward::cli
