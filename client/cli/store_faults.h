#ifndef KEYWARD_CLIENT_CLI_STORE_FAULTS_H_
#define KEYWARD_CLIENT_CLI_STORE_FAULTS_H_

#include <string>
#include <vector>

#include "keyward/admin_connection.h"

namespace keyward::cli {

// What a server found wrong with its keys: a JSON array, and a table for people.
std::string FaultArray(const std::vector<client::StoreFault>& faults);
std::string FaultTable(const std::vector<client::StoreFault>& faults);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_STORE_FAULTS_H_
