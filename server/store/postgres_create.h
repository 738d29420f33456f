#ifndef KEYWARD_SERVER_STORE_POSTGRES_CREATE_H_
#define KEYWARD_SERVER_STORE_POSTGRES_CREATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/postgres_session.h"

namespace keyward::store {

// Stores new users with one transaction, as of KeyStore::CreateMany; the same user may be among
// them several times.
std::vector<absl::StatusOr<Created>> CreateUsers(PostgresSession& session,
                                                 const std::vector<const NewUser*>& users);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_CREATE_H_
