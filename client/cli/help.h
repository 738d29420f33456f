#ifndef KEYWARD_CLIENT_CLI_HELP_H_
#define KEYWARD_CLIENT_CLI_HELP_H_

#include <array>
#include <string>
#include <string_view>

// The words of --help.
namespace keyward::cli {

struct VerbHelp {
  std::string_view name;
  std::string_view summary;
  std::string_view example;
  std::string_view json;
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
             R"({"version":"…","encryption_enabled":true,"kek_id":"…","store":"…","limits":{…}})"},
    VerbHelp{"encrypt", "Seal a plaintext under a user's or the pool's key; print the token",
             "printf 'sk-test-123' | keyward encrypt --user alice\n"
             "  keyward encrypt --pool --in secret.txt --associated-data billing",
             R"({"token":"v2:…","key_version":1}   (for the pool with kek_id))"},
    VerbHelp{"decrypt", "Open a token; print the plaintext",
             "printf '%s' \"$token\" | keyward decrypt --user alice\n"
             "  keyward decrypt --pool --in token.txt --raw > secret.bin",
             R"({"plaintext":"…","plaintext_base64":"…","key_version":1,"legacy_plaintext":false,
   "stale":false}   (for the pool with kek_id; no plaintext where it is not UTF-8))"},
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
};

inline std::string VerbFooter(const VerbHelp& verb) {
  return "\nExample:\n  " + std::string(verb.example) + "\n\nWith --json:\n  " +
         std::string(verb.json) + "\n\nThe options for address, TLS and output: keyward --help";
}

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_HELP_H_
