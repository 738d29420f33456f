#ifndef KEYWARD_CLIENT_CLI_INVOCATION_H_
#define KEYWARD_CLIENT_CLI_INVOCATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keyward/client_options.h"
#include "keyward/scope.h"
#include "keyward/token_format.h"

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

// What `keyward key` is asked.
struct KeyQuestion {
  // "get", "list", "rotate", "disable", "enable", "set-min-version", "delete", "undelete" or
  // "destroy".
  std::string action;
  std::string user;
  // 0: the user's key as a whole.
  std::uint32_t version = 0;
  std::string etag;
  std::string request_id;
  std::string filter;
  std::uint32_t page_size = 1000;
};

// What `keyward kek` is asked.
struct KekQuestion {
  // "status", "rewrap" or "retire".
  std::string action;
  std::string kek_id;
  // Keys in a second; 0: as fast as it goes.
  std::uint32_t rate = 0;
  bool no_wait = false;
  bool confirm_pool_rewrapped = false;
};

// The databases of `keyward restore`, `import` and `legacy`: paths, the store also as sqlite:PATH.
struct DatabaseFiles {
  // "finish", of legacy.
  std::string action;
  std::string store;
  std::string backup;
  std::string legacy;
};

// What `keyward store copy` is asked.
struct StoreCopyOptions {
  std::string from;
  std::string to;
  std::string password_file;
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
  client::TokenFormat token_format = client::TokenFormat::kServerDefault;
  // JSON lines in and out; scope, associated data, allow_legacy_plaintext and token_format stand
  // for what a line leaves out.
  bool batch = false;
  // 0: the primary one.
  std::uint32_t key_version = 0;
  PolicyQuestion policy;
  TrialOptions trial;
  AuditQuestion audit;
  KeyQuestion key;
  KekQuestion kek;
  DatabaseFiles files;
  StoreCopyOptions store_copy;
  // Of `keyward backup`; empty: the server chooses one.
  std::string backup_name;
  // What cannot be undone is not asked about.
  bool yes = false;
  MigrationOptions migration;
  // What `keyward verify` looks at: a path, or sqlite:PATH.
  std::string database;
  // Or the store of the server that is called.
  bool verify_online = false;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_INVOCATION_H_
