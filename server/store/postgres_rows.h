#ifndef KEYWARD_SERVER_STORE_POSTGRES_ROWS_H_
#define KEYWARD_SERVER_STORE_POSTGRES_ROWS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/key_store.h"
#include "server/store/postgres_connection.h"
#include "server/store/postgres_params.h"

namespace keyward::store {

// The users of an answer to sql::kFind or sql::kPage, in its order, whatever the rows hold. A
// number that no row of ours has is 0. Nobody has neither a row nor a key.
std::vector<UserKeys> UsersOf(const PostgresResult& rows);

// Versions to be written, each with its user's id, and users, as the parameters of the statements
// that write them.
using OwnedVersion = std::pair<std::string, KeyVersion>;
PostgresParams VersionColumns(const std::vector<OwnedVersion>& versions);
PostgresParams UserColumns(const std::vector<UserKeys>& users);

// Whether PostgreSQL can hold it as text: UTF-8 without a NUL. It would refuse a whole group for
// one that it cannot.
bool IsStorableText(std::string_view text);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_ROWS_H_
