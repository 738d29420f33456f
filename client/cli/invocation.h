#ifndef KEYWARD_CLIENT_CLI_INVOCATION_H_
#define KEYWARD_CLIENT_CLI_INVOCATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keyward/client_options.h"
#include "keyward/scope.h"

namespace keyward::cli {

enum ExitStatus {
  kExitOk = 0,
  // "No", or a call that the server refused or never got.
  kExitNo = 1,
  // Anything wrong on this side: arguments, files, output that cannot be written.
  kExitUsage = 2,
  // A database that another process has open, as for the server (EX_CONFIG of sysexits.h).
  kExitInUse = 78,
};

// What certs trial is to make.
struct TrialOptions {
  std::string folder;
  // Beside localhost.
  std::vector<std::string> hosts;
  std::vector<std::string> clients;
  std::vector<std::string> spiffe_ids;
  int days = 30;
};

// What `keyward policy` is asked.
struct PolicyQuestion {
  // "check", of which the file alone is set, or "test".
  std::string action;
  std::string file;
  std::string principal;
  std::string permission;
  // Either of them.
  std::optional<std::string> user;
  bool pool = false;
};

// What `keyward audit` is asked.
struct AuditQuestion {
  // "verify" or "tail".
  std::string action;
  // One for tail.
  std::vector<std::string> files;
  // Empty: none.
  std::string anchor;
  std::uint64_t lines = 10;
  bool follow = false;
};

// What `keyward migrate redis` is asked.
struct MigrationOptions {
  std::string redis;
  std::string redis_password_file;
  std::string redis_ca;
  std::string redis_cert;
  std::string redis_key;
  std::string preset;
  std::string rules_file;
  std::vector<std::string> rules;
  // Without it nothing is written.
  bool apply = false;
  bool rollback = false;
  bool verify = false;
};

// What a command line asks for; options that the verb does not have keep their defaults.
struct Invocation {
  std::string verb;
  client::ClientOptions client;
  bool json = false;
  bool raw = false;
  // Set for encrypt, decrypt and user-key; in a batch only where it was given.
  std::optional<client::Scope> scope;
  // Empty or "-": standard input.
  std::string input_file;
  std::string associated_data;
  // Where not empty, it stands for associated_data.
  std::string associated_data_file;
  bool allow_legacy_plaintext = false;
  // JSON lines in and out; scope, associated data and allow_legacy_plaintext stand for what a line
  // leaves out.
  bool batch = false;
  // 0: the primary one.
  std::uint32_t key_version = 0;
  PolicyQuestion policy;
  TrialOptions trial;
  AuditQuestion audit;
  MigrationOptions migration;
  // What `keyward verify` looks at: a path, or sqlite:PATH.
  std::string database;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_INVOCATION_H_
