#include "client/cli/operator_command_line.h"

#include <string>

#include "client/cli/operator_help.h"
#include "client/cli/verb_footer.h"

namespace keyward::cli {
namespace {

// To read a store of millions takes longer than the calls that --deadline's default is for.
constexpr absl::Duration kWholeStoreDeadline = absl::Hours(1);

CLI::App* AddVerb(CLI::App& app, const VerbHelp& help) {
  CLI::App* verb = app.add_subcommand(std::string(help.name), std::string(help.summary));
  verb->footer(VerbFooter(help));
  return verb;
}

void AddYes(CLI::App& action, Invocation& into) {
  action.add_flag("-y,--yes", into.yes, "Do it without asking");
}

// An action on one user.
CLI::App* AddKeyAction(CLI::App& key, const char* name, const char* summary, KeyQuestion& into) {
  CLI::App* action = key.add_subcommand(name, summary);
  action->add_option("--user", into.user, "The user's id")->required();
  return action;
}

// An action that changes the user's key.
CLI::App* AddKeyChange(CLI::App& key, const char* name, const char* summary, KeyQuestion& into) {
  CLI::App* action = AddKeyAction(key, name, summary, into);
  action->add_option("--etag", into.etag, "Refuse to change a key that has another etag");
  return action;
}

void AddVersionChange(CLI::App& key, const char* name, const char* summary, KeyQuestion& into) {
  AddKeyChange(key, name, summary, into)
      ->add_option("--version", into.version, "This version alone; 0: the key as a whole")
      ->capture_default_str();
}

void AddList(CLI::App& key, KeyQuestion& into) {
  CLI::App* list = key.add_subcommand("list", "List users, in the order of their ids");
  list->add_option("--filter", into.filter,
                   "Such as 'state = DELETED AND user_id = customer-*'; kek_id too");
  list->add_option("--page-size", into.page_size, "Users asked for at once; all pages are listed")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

void AddKey(CLI::App& app, Invocation& into) {
  CLI::App& key = *AddVerb(app, kKeyHelp);
  key.require_subcommand(1);
  AddKeyAction(key, "get", "Show what is known of a user's key", into.key);
  AddList(key, into.key);
  AddKeyChange(key, "rotate", "Make a new version, which seals from now on", into.key)
      ->add_option("--request-id", into.key.request_id,
                   "Names this rotation: with the same name it is done once");
  AddVersionChange(key, "disable", "Refuse to use a key, until it is enabled", into.key);
  AddVersionChange(key, "enable", "Use a key again that was disabled", into.key);
  AddKeyChange(key, "set-min-version", "Refuse to decrypt under older versions", into.key)
      ->add_option("--version", into.key.version, "The oldest that may; 0: all may")
      ->required();
  AddKeyChange(key, "delete", "Refuse to use a key, and destroy it at its purge time", into.key);
  AddKeyChange(key, "undelete", "Take a deletion back", into.key);
  AddYes(*AddKeyChange(key, "destroy", "Erase a key for good, at once; asks first", into.key),
         into);
}

void AddKek(CLI::App& app, Invocation& into) {
  CLI::App& kek = *AddVerb(app, kKekHelp);
  kek.require_subcommand(1);
  kek.add_subcommand("status", "Show the master keys, and how far rewrapping is");
  CLI::App* rewrap =
      kek.add_subcommand("rewrap", "Wrap every user's key under the current master key");
  rewrap->add_option("--rate", into.kek.rate, "Keys in a second, at most; 0: as fast as it goes")
      ->capture_default_str();
  rewrap->add_flag("--no-wait", into.kek.no_wait, "Start it, and do not wait for its end");
  CLI::App* retire = kek.add_subcommand("retire", "Never use a master key again; asks first");
  retire->add_option("KEK_ID", into.kek.kek_id, "16 hex digits, as of kek status")->required();
  retire
      ->add_flag("--confirm-pool-rewrapped", into.kek.confirm_pool_rewrapped,
                 "No pool token is under it any longer")
      ->required();
  AddYes(*retire, into);
}

void AddStore(CLI::App& verb, DatabaseFiles& into) {
  verb.add_option("--store", into.store, "The database, as the server has it: sqlite:PATH")
      ->envname("KEYWARD_STORE")
      ->type_name("FILE")
      ->required();
}

void AddDatabaseVerbs(CLI::App& app, Invocation& into) {
  CLI::App* restore = AddVerb(app, kRestoreHelp);
  restore->add_option("BACKUP", into.files.backup)->type_name("FILE")->required();
  AddStore(*restore, into.files);
  AddYes(*restore, into);

  CLI::App* import = AddVerb(app, kImportHelp);
  import->add_option("LEGACY_DB", into.files.legacy)->type_name("FILE")->required();
  AddStore(*import, into.files);

  CLI::App* legacy = AddVerb(app, kLegacyHelp);
  legacy->require_subcommand(1);
  CLI::App* finish =
      legacy->add_subcommand("finish", "Look for the key of every row of it in the store");
  AddStore(*finish, into.files);
  finish->add_option("--legacy_db", into.files.legacy, "The Python module's database")
      ->envname("KEYWARD_LEGACY_DB")
      ->type_name("FILE")
      ->required();
}

void AddStoreVerbs(CLI::App& app, StoreCopyOptions& into) {
  CLI::App* store = AddVerb(app, kStoreHelp);
  store->require_subcommand(1);
  CLI::App* copy = store->add_subcommand("copy", "Copy a store into another, and compare the two");
  const std::string forms = "sqlite:PATH, or postgresql://USER@HOST/DATABASE";
  copy->add_option("--from", into.from, forms)->required();
  copy->add_option("--to", into.to, forms)->required();
  copy->add_option("--store_password_file", into.password_file, "With the database user's password")
      ->envname("KEYWARD_STORE_PASSWORD_FILE")
      ->type_name("FILE");
}

// The verb's own subcommand; empty where it has none.
std::string Action(const CLI::App& verb) {
  const auto actions = verb.get_subcommands();
  return actions.empty() ? "" : actions.front()->get_name();
}

}  // namespace

void AddOperatorVerbs(CLI::App& app, Invocation& into) {
  AddKey(app, into);
  AddKek(app, into);
  AddVerb(app, kBackupHelp)
      ->add_option("NAME", into.backup_name, "The file's bare name; keys-TIME.db where left out");
  AddDatabaseVerbs(app, into);
  AddStoreVerbs(app, into.store_copy);
}

void FinishOperatorVerb(const CLI::App& app, Invocation& invocation) {
  const std::string action = Action(*app.get_subcommands().front());
  invocation.key.action = invocation.kek.action = invocation.files.action = action;
  const bool whole_store = invocation.verb == "backup" || invocation.verify_online;
  if (whole_store && app.get_option("--deadline")->empty()) {
    invocation.client.deadline = kWholeStoreDeadline;
  }
}

}  // namespace keyward::cli
