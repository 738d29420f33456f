#ifndef KEYWARD_CLIENT_CLI_KEY_REPORT_H_
#define KEYWARD_CLIENT_CLI_KEY_REPORT_H_

#include <string>
#include <vector>

#include "client/cli/json.h"
#include "keyward/user_key.h"

// What is known of a user's key, for programs and for people.
namespace keyward::cli {

JsonObject KeyObject(const client::UserKeyMetadata& key);

// The key's own lines, and a table of its versions.
std::string KeyText(const client::UserKeyMetadata& key);

// A row of a list of users, and what stands above it.
std::vector<std::string> KeyHeadings();
std::vector<std::string> KeyRow(const client::UserKeyMetadata& key);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_KEY_REPORT_H_
