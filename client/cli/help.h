#ifndef KEYWARD_CLIENT_CLI_HELP_H_
#define KEYWARD_CLIENT_CLI_HELP_H_

#include <array>
#include <string_view>

// The words of --help.
namespace keyward::cli {

struct VerbHelp {
  std::string_view name;
  std::string_view summary;
  std::string_view example;
  std::string_view json;
  // Of verbs that take many values at once.
  std::string_view batch = {};
};

inline constexpr std::string_view kProgramSummary =
    "Encrypts and decrypts users' secrets with a Keyward server.";

inline constexpr std::string_view kProgramFooter = R"(
Example:
  token=$(printf 'sk-test-123' | keyward encrypt --user alice)
  printf '%s' "$token" | keyward decrypt --user alice

Values are read from standard input, or --in FILE, byte for byte, so that no secret stands on a
command line; only tokens are trimmed. Options of this list may also follow the verb.

Exit status: 0; 1 for "no", or a call that was refused or did not reach the server; 2 for anything
wrong on this side, such as the arguments or a file.

An error is one line on stderr, "keyward: REASON: message"; with --json an object there:
  {"error":{"code":"NOT_FOUND","reason":"USER_KEY_NOT_FOUND","message":"…","hint":"…"}}
A warning is a line of its own, "keyward: warning: …", or {"warning":"…"}.)";

inline constexpr std::array kVerbs = {
    VerbHelp{"genkey", "Print a new master key, in base64; asks no server",
             "(umask 077; keyward genkey > master.key)\n"
             "  API_KEY_MASTER_KEY_FILE=master.key keyward-server --store=sqlite:keys.db",
             R"({"master_key":"…"})"},
    VerbHelp{"status", "Print what the server is and whether it can encrypt",
             "keyward --address unix:/run/keyward.sock status --json",
             R"({"version":"…","encryption_enabled":true,"kek_id":"…","store":"…","limits":{…},
   "token_format":"v2"})"},
    VerbHelp{"encrypt", "Seal a plaintext under a user's or the pool's key; print the token",
             "printf 'sk-test-123' | keyward encrypt --user alice\n"
             "  keyward encrypt --pool --in secret.txt --associated-data billing\n"
             "  keyward encrypt --user alice --format v3 --in secret.txt",
             R"({"token":"v2:…","key_version":1}   (for the pool with kek_id))",
             R"(  keyward encrypt --batch --in secrets.jsonl > tokens.jsonl
  {"id":7,"user_id":"alice","plaintext":"sk-1"}          → {"id":7,"token":"v2:…","key_version":1}
  {"pool":true,"plaintext_base64":"/w==","associated_data":"x"} → {"token":"v2:…","key_version":0,…}
  {"user_id":"","plaintext":"sk-2"}    → {"line":3,"error":{"code":"…","reason":"…","message":"…"}}
associated_data_base64 and token_format ("v2" or "v3") are taken too.)"},
    VerbHelp{"decrypt", "Open a token; print the plaintext",
             "printf '%s' \"$token\" | keyward decrypt --user alice\n"
             "  keyward decrypt --pool --in token.txt --raw > secret.bin",
             R"({"plaintext":"…","plaintext_base64":"…","key_version":1,"legacy_plaintext":false,
   "stale":false}   (for the pool with kek_id; no plaintext where it is not UTF-8))",
             R"(  keyward decrypt --batch --user alice < tokens.jsonl > secrets.jsonl
  {"id":7,"token":"v2:…"}                            → {"id":7,"plaintext":"sk-1","key_version":1,…}
  {"pool":true,"token":"v2:…","associated_data":"x"}   → {"plaintext_base64":"/w==",…}
A line may have associated_data_base64 and allow_legacy_plaintext, too. An answer has plaintext where
that is UTF-8, or else plaintext_base64.)"},
    VerbHelp{"rewrap", "Bring tokens to the newest keys, as JSON lines in and out",
             "keyward rewrap tokens.jsonl > newer.jsonl\n"
             "  keyward rewrap --pool < tokens.jsonl",
             R"(the lines themselves, with or without it)",
             R"(  {"id":7,"user_id":"alice","token":"v2:…"}
                           → {"id":7,"token":"v2:…","key_version":2,"changed":true}
  {"id":8,"user_id":"alice","token":"v2:…"}   (new enough: changed is false, the token the same)
What a token holds does not leave the server. associated_data is the one that it was sealed with.)"},
    VerbHelp{"user-key", "Print a user's data key, in hex; make it where there is none",
             "keyward user-key --user alice",
             R"({"key":"…","version":1,"created":false,"create_time":"2025-01-31T12:00:00Z"})"},
    VerbHelp{"pool-key", "Print the pool's key, in hex", "keyward pool-key",
             R"({"key":"…","kek_id":"…"})"},
    VerbHelp{"hash", "Print an API key's look-up hash, SHA-256 in hex; asks no server",
             "printf 'sk-test-123' | keyward hash", R"({"sha256_hex":"…"})"},
    VerbHelp{"is-encrypted", "Say whether a value is a token: yes (0) or no (1); asks no server",
             "printf '%s' \"$value\" | keyward is-encrypted && echo it is",
             R"({"encrypted":true})"},
    VerbHelp{"audit", "Verify a server's audit log, or read it; asks no server",
             "API_KEY_MASTER_KEY_FILE=master.key keyward audit verify audit.log*\n"
             "  keyward audit verify audit.log* --anchor 41:9f…   (a line that was there before)\n"
             "  keyward audit tail -f -n 50 audit.log\n\n"
             "verify takes the KEKs as the server does, from API_KEY_MASTER_KEY and _PREVIOUS or\n"
             "their _FILE forms, and the log's files in any order. It prints the last line's seq\n"
             "and mac: kept elsewhere and given as --anchor later, they show a log whose end was\n"
             "cut off. tail verifies nothing.\n\n"
             "Exit status: 0 for a good log; 1 for a bad one, and its first wrong line as\n"
             "FILE:LINE; 2 for usage, without a KEK, and for files that cannot be read.",
             R"({"verified":true,"files":2,"lines":41,"first_seq":1,"last_seq":41,"first_time":"…",
   "last_time":"…","torn_lines":0,"lost_events":0,"kek_id":"…","anchor":"41:…"}
  tail: the log's own lines)"},
    VerbHelp{"certs", "Make certificates for trying mTLS out (certs trial); asks no server",
             "keyward certs trial var/tls --client billing --host keys.internal",
             R"({"folder":"var/tls","files":"ca.pem server.pem …","server_flags":"…",
   "client_command":"…"})"},
    VerbHelp{"policy", "Check a server's policy file, or ask it who may do what; asks no server",
             "keyward policy check policy.txtpb\n"
             "  keyward policy test policy.txtpb dns:billing.example.org decrypt customer-7\n"
             "  keyward policy test policy.txtpb loopback export --pool\n\n"
             "A permission is encrypt, decrypt, export, rewrap, legacy_plaintext or admin. The "
             "user '*'\n"
             "asks for every user, which an admin call needs that names none.\n\n"
             "Exit status: 0 for a good file, or allowed; 1 for a bad file, or denied; 2 for "
             "usage, and\n"
             "where test cannot tell because the file is bad.",
             R"({"grants":2,"limits":1}
  {"allowed":true,"grant":2,"line":7}   (denied: {"allowed":false}))"},
    VerbHelp{
        "verify", "Check a server's database, or a backup of it, row by row",
        "API_KEY_MASTER_KEY_FILE=master.key keyward verify /backup/keys.db\n"
        "  keyward verify --store sqlite:/var/lib/keyward/keys.db --json\n"
        "  keyward verify --online                     (the store of a server that runs)\n\n"
        "It takes the KEKs as the server does, from API_KEY_MASTER_KEY and _PREVIOUS or\n"
        "their _FILE forms, and unwraps every key. The database and its log (FILE-wal,\n"
        "which belongs to it) are only read; FILE.lock is locked meanwhile, and made where\n"
        "there is none. A row that was deleted leaves no trace: compare the number of users\n"
        "with what it should be.\n\n"
        "What is wrong is a line each: STORED_KEY_CORRUPT, KEK_NOT_LOADED, ROW_MALFORMED,\n"
        "STATE_UNKNOWN, NO_VERSIONS, PRIMARY_MISSING by user and version, and FILE_DAMAGED.\n"
        "Text has up to a hundred lines of a kind, --json has all.\n\n"
        "With --online the server does it, under its own KEKs and whatever its store is, while\n"
        "it serves (permission admin on '*'); of each kind of fault it names the first users.\n"
        "The other form asks no server.\n\n"
        "Exit status: 0 for a sound database; 1 for one that is not; 2 for usage, without a\n"
        "KEK, and for a file that is missing, not Keyward's, or a newer Keyward's; 78 where\n"
        "another process, the server say, has it open.",
        R"({"user_id":"bob","version":1,"reason":"KEK_NOT_LOADED","message":"…"}   (for each)
  {"verified":false,"users":3,"versions":4,"destroyed":0,"faults":1,
   "keks":[{"kek_id":"…","versions":4,"loaded":true,"current":true}]}   (the last line)
  --online: {"verified":true,"users":3,"keys":4,"faults":[]})"},
    VerbHelp{
        "migrate", "Turn plaintext values of a live Redis into tokens, in place (migrate redis)",
        "export KEYWARD_REDIS=redis://127.0.0.1:6379/0\n"
        "  keyward migrate redis --preset stargazer              (a dry run)\n"
        "  keyward migrate redis --preset stargazer --apply\n"
        "  keyward migrate redis --preset stargazer --verify\n"
        "  keyward migrate redis --preset stargazer --rollback --apply\n"
        "  keyward migrate redis --rule 'hash app:llm:{user_id}:* field=api_key'\n"
        "  keyward migrate redis --rule 'string app:profile:{user_id} json=/keys/0/secret'\n\n"
        "A pattern says where the user's id stands; {name} is a part without ':', * anything.\n"
        "A value that someone changes meanwhile is not overwritten, and times to live stay. What\n"
        "is a token already is left alone, so that it can be run again at any time: that is how\n"
        "a run that broke off goes on. docs/MIGRATION.md tells more.\n\n"
        "Exit status: 0; 1 where a value failed or was changed meanwhile, where --verify finds\n"
        "plaintext, and where Redis or the server broke off; 2 for usage.",
        R"({"mode":"encrypt","applied":true,"complete":true,"total":{"keys":3,"values":4,
   "encrypted":3,"already_encrypted":1,"empty":0,"changed_meanwhile":0,"failed":0},
   "rules":[{"rule":"…","counts":{…}}],"failures":{"WRONG_TYPE":{"count":1,"keys":["…"]}},
   "passed_over":{"count":0,"keys":[]}})"},
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_HELP_H_
