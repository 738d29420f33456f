#include "client/cli/migrate_plan.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "client/cli/input.h"
#include "client/cli/migrate_rules_file.h"

namespace keyward::cli {
namespace {

constexpr char kPasswordVariable[] = "KEYWARD_REDIS_PASSWORD";

// A password of the address stays where neither file nor variable has one.
absl::Status TakePassword(const std::string& file, RedisAddress& into) {
  if (file.empty()) {
    const char* variable = std::getenv(kPasswordVariable);
    if (variable != nullptr) into.password = variable;
    return absl::OkStatus();
  }
  auto password = ReadInput(file);
  if (!password.ok()) return password.status();
  if (password->ends_with('\n')) password->pop_back();
  if (password->empty()) return absl::InvalidArgumentError("--redis_password_file: it is empty");
  into.password = *std::move(password);
  return absl::OkStatus();
}

absl::Status TakeTls(const MigrationOptions& options, MigrationPlan& plan) {
  plan.tls = {options.redis_ca, options.redis_cert, options.redis_key};
  if (plan.tls.cert_file.empty() != plan.tls.key_file.empty()) {
    return absl::InvalidArgumentError("--redis_cert and --redis_key need each other");
  }
  const bool any = !plan.tls.ca_file.empty() || !plan.tls.cert_file.empty();
  if (any && !plan.redis.tls) {
    return absl::InvalidArgumentError("--redis_ca, --redis_cert and --redis_key need rediss://");
  }
  return absl::OkStatus();
}

absl::Status AddRules(absl::StatusOr<std::vector<MigrationRule>> rules, MigrationPlan& plan) {
  if (!rules.ok()) return rules.status();
  for (MigrationRule& rule : *rules) plan.rules.push_back(std::move(rule));
  return absl::OkStatus();
}

absl::Status TakeRules(const MigrationOptions& options, MigrationPlan& plan) {
  absl::Status taken;
  if (!options.preset.empty()) taken = AddRules(PresetRules(options.preset), plan);
  if (taken.ok() && !options.rules_file.empty()) {
    const auto text = ReadInput(options.rules_file);
    if (!text.ok()) return text.status();
    taken = AddRules(ParseRulesFile(*text), plan);
  }
  if (!taken.ok()) return taken;
  for (const std::string& text : options.rules) {
    auto rule = ParseRule(text);
    if (!rule.ok()) return rule.status();
    plan.rules.push_back(*std::move(rule));
  }
  if (!plan.rules.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("migrate redis needs --preset, --rules or --rule");
}

}  // namespace

MigrationPlan::~MigrationPlan() {
  // A short password is still there in a string that was moved from.
  redis.password.resize(redis.password.capacity());
  OPENSSL_cleanse(redis.password.data(), redis.password.size());
}

absl::StatusOr<MigrationPlan> PlanMigration(const MigrationOptions& options) {
  MigrationPlan plan;
  auto address = ParseRedisAddress(options.redis);
  if (!address.ok()) return address.status();
  plan.redis = *std::move(address);
  plan.apply = options.apply;
  if (options.verify) plan.mode = MigrationMode::kVerify;
  if (options.rollback) plan.mode = MigrationMode::kRollback;
  absl::Status taken = TakePassword(options.redis_password_file, plan.redis);
  if (taken.ok()) taken = TakeTls(options, plan);
  if (taken.ok()) taken = TakeRules(options, plan);
  if (!taken.ok()) return taken;
  return plan;
}

}  // namespace keyward::cli
