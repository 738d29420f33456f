#ifndef KEYWARD_SERVER_STORE_POSTGRES_FIND_H_
#define KEYWARD_SERVER_STORE_POSTGRES_FIND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/postgres_session.h"
#include "server/store/postgres_standby.h"

namespace keyward::store {

// Finds users for several calls with one question, `calls` having each call's ids; answers each
// call's results, in its order.
//
// With a standby (else null) that one is asked first. What it knows is told if it had come as far
// as the primary when this began; the primary is asked how far that is, and of all whom the standby
// does not have: so a state is never older, and nobody is missing, by a standby's word.
std::vector<std::vector<absl::StatusOr<UserKeys>>> FindUsers(
    PostgresSession& primary, PostgresStandby* standby,
    const std::vector<std::vector<std::string>>& calls);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_FIND_H_
