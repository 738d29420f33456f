#ifndef KEYWARD_SERVER_OPEN_STORE_H_
#define KEYWARD_SERVER_OPEN_STORE_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "server/config.h"
#include "server/store/key_store.h"

namespace keyward {

// The store that was asked for, a SQLite file or a PostgreSQL database, without the legacy bridge.
// A database that cannot be reached is waited for, for `config.store_wait`. An error is one line
// for the operator; CANCELLED where `stop` said meanwhile that the program is to end.
absl::StatusOr<std::unique_ptr<store::KeyStore>> OpenStore(const Config& config,
                                                           const std::function<bool()>& stop);

}  // namespace keyward

#endif  // KEYWARD_SERVER_OPEN_STORE_H_
