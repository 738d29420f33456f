#ifndef KEYWARD_SERVER_OPEN_STORE_H_
#define KEYWARD_SERVER_OPEN_STORE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/config.h"
#include "server/store/key_store.h"

namespace keyward {

// The store that was asked for, a SQLite file or a PostgreSQL database, without the legacy bridge.
// An error is one line for the operator.
absl::StatusOr<std::unique_ptr<store::KeyStore>> OpenStore(const Config& config);

}  // namespace keyward

#endif  // KEYWARD_SERVER_OPEN_STORE_H_
