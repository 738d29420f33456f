#ifndef KEYWARD_CLIENT_CLI_KEK_REPORT_H_
#define KEYWARD_CLIENT_CLI_KEK_REPORT_H_

#include <string>

#include "client/cli/json.h"
#include "keyward/admin_connection.h"

// What is known of master keys, and how far rewrapping is, for programs and for people.
namespace keyward::cli {

JsonObject KekObject(const client::KekMetadata& kek);
JsonObject RewrapObject(const client::RewrapProgress& progress);
JsonObject KekStatusObject(const client::KekStatusResult& status);

// A line: "RUNNING: 100 of 250 keys under 0123456789abcdef".
std::string RewrapText(const client::RewrapProgress& progress);
std::string KekStatusText(const client::KekStatusResult& status);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_KEK_REPORT_H_
