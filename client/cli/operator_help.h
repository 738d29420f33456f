#ifndef KEYWARD_CLIENT_CLI_OPERATOR_HELP_H_
#define KEYWARD_CLIENT_CLI_OPERATOR_HELP_H_

#include "client/cli/help.h"

// The words of --help for operators' verbs.
namespace keyward::cli {

inline constexpr VerbHelp kKeyHelp{
    "key", "Look at users' keys, turn them over, switch them off, destroy them",
    "keyward key list --filter 'state = DISABLED'\n"
    "  keyward key rotate --user alice\n"
    "  keyward key disable --user alice --version 1\n"
    "  keyward key destroy --user alice        (asks first; --yes does not)\n\n"
    "No verb shows a key. Each needs the permission admin. With --etag, as get tells it, a change\n"
    "is refused where somebody else came first. delete can be undone until the purge time, "
    "destroy\n"
    "cannot: whatever is sealed under the key is lost. rotate brings a destroyed user back, with "
    "a\n"
    "new key.",
    R"({"user_id":"alice","state":"ACTIVE","primary_version":2,"min_version":0,"etag":"3",
   "versions":[{"version":2,"state":"ENABLED","create_time":"…","kek_id":"…","messages":0},…]}
   (list: a line for each user))"};

inline constexpr VerbHelp kKekHelp{
    "kek", "See which master keys are in use, rewrap stored keys, retire a master key",
    "keyward kek status\n"
    "  keyward kek rewrap --rate 10000         (waits; the server goes on without it)\n"
    "  keyward kek retire 0123456789abcdef --confirm-pool-rewrapped\n\n"
    "retire asks first; --yes does not. Nobody can see from here whether pool tokens are still "
    "under\n"
    "the KEK: rewrap them (keyward rewrap), then say so with --confirm-pool-rewrapped.\n\n"
    "Exit status: 1 also where keys could not be rewrapped.",
    R"({"keks":[{"kek_id":"…","current":true,"loaded":true,"keys":12}],"rewrap":{…}}
  rewrap: {"state":"DONE","kek_id":"…","keys_rewrapped":12,"keys_failed":0,…}
  retire: {"kek_id":"…","current":false,"loaded":true,"keys":0,"retire_time":"…"})"};

inline constexpr VerbHelp kBackupHelp{
    "backup", "Have the server write a copy of its store, and verify it",
    "keyward backup                           (keys-TIME.db)\n"
    "  keyward backup monday.db\n\n"
    "The server goes on meanwhile. The file stands in its --backup_dir. Unless told otherwise,\n"
    "--deadline is an hour here.\n\n"
    "Exit status: 1 also where keys in it do not open, as in the store itself.",
    R"({"path":"/backup/monday.db","bytes":4096,"users":12,"faults":[]})"};

inline constexpr VerbHelp kRestoreHelp{
    "restore", "Put a backup in the place of a database; asks no server",
    "API_KEY_MASTER_KEY_FILE=master.key keyward restore /backup/monday.db \\\n"
    "    --store sqlite:/var/lib/keyward/keys.db\n\n"
    "It first verifies the backup, as keyward verify does. A database that is there is replaced "
    "by\n"
    "renaming, with its log; that asks first, and --yes does not. Run it as the user of the "
    "server,\n"
    "and with no server running.\n\n"
    "Exit status: 1 for a backup that is not sound; 78 where another process has either open.",
    R"({"verified":true,…}   (as of keyward verify)
  {"restored":true,"store":"/var/lib/keyward/keys.db","backup":"/backup/monday.db"})"};

inline constexpr VerbHelp kImportHelp{
    "import", "Take a Python module's database into a store; asks no server",
    "API_KEY_MASTER_KEY_FILE=new.key API_KEY_MASTER_KEY_PREVIOUS_FILE=theirs.key \\\n"
    "    keyward import legacy.db --store sqlite:/var/lib/keyward/keys.db\n\n"
    "Each key is opened under whichever KEK is loaded, and wrapped anew under the current one. "
    "Users\n"
    "who are there already keep their keys. The legacy file is only read. The store is made where\n"
    "there is none, and no server may have it open.\n\n"
    "Exit status: 1 where keys do not open, or users have another key already; all others are\n"
    "imported all the same. 78 where another process has the store open.",
    R"({"user_id":"bob","reason":"STORED_KEY_CORRUPT"}   (for each that was not imported)
  {"imported":12,"already_there":0,"destroyed":0,"unreadable":1,"conflicting":0})"};

inline constexpr VerbHelp kStoreHelp{
    "store", "Copy a store, SQLite or PostgreSQL, into another (store copy); asks no server",
    "keyward store copy --from sqlite:/var/lib/keyward/keys.db \\\n"
    "    --to postgresql://keyward@db.internal/keyward --store_password_file db-password\n\n"
    "Keys are copied as they are, wrapped: it needs no KEK. End the servers first: of PostgreSQL "
    "it\n"
    "cannot tell whether one runs. A copy that broke off goes on where it is run again; users who\n"
    "were changed in --to since stay as they are there. Both are read again at the end, and\n"
    "compared.\n\n"
    "Exit status: 1 where a user is not the same in both, and who: ROW_MALFORMED, ANOTHER_KEY,\n"
    "CHANGED_SINCE, NOT_AS_COPIED, NOT_IN_SOURCE. 78 where another process has a SQLite file open.",
    R"({"user_id":"bob","reason":"ANOTHER_KEY"}   (for each that was not copied)
  {"complete":false,"users":12,"versions":15,"copied":11,"faults":1})"};

inline constexpr VerbHelp kLegacyHelp{
    "legacy", "Say whether a Python module's database is needed no more (legacy finish)",
    "keyward legacy finish --store sqlite:/var/lib/keyward/keys.db --legacy_db /path/to/its.db\n\n"
    "It looks for each row's key in the store, and changes neither. It asks no server, and no "
    "server\n"
    "may have the store open; the module must not write to its file any more.\n\n"
    "Exit status: 0 where the server may start without --legacy_db; 1 where keys are missing, and\n"
    "whose; 78 where another process has the store open.",
    R"({"user_id":"bob","reason":"NOT_IN_STORE"}   (for each that is missing)
  {"finished":false,"same_key":11,"destroyed":0,"not_in_store":1,"unreadable":0,"conflicting":0})"};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_OPERATOR_HELP_H_
