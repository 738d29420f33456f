#ifndef KEYWARD_SERVER_STORE_POSTGRES_UPDATE_H_
#define KEYWARD_SERVER_STORE_POSTGRES_UPDATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/postgres_session.h"

namespace keyward::store {

struct PostgresUpdate {
  std::vector<absl::StatusOr<UserKeys>> results;
  bool erases = false;  // whether a wrapped key was taken away
};

// As of KeyStore::UpdateMany, with one transaction; caches are told of what they have to follow.
PostgresUpdate UpdateUsers(PostgresSession& session, const std::vector<std::string>& user_ids,
                           const KeyStore::Change& change);

// As of KeyStore::RetireKek. Nobody stores a wrapped key meanwhile.
absl::Status RetireMasterKey(PostgresSession& session, const std::string& kek_id, int64_t micros);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_UPDATE_H_
