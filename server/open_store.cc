#include "server/open_store.h"

#include <utility>

#include "server/store/password_file.h"
#include "server/store/postgres_store.h"
#include "server/store/sqlite_store.h"

namespace keyward {
namespace {

absl::StatusOr<std::unique_ptr<store::KeyStore>> OpenPostgres(const Config& config) {
  store::PostgresStoreOptions options{.address = {.url = config.store_url, .password = {}},
                                      .patience = config.store_wait,
                                      .reads_from_standby = config.reads_from_standby};
  if (!config.store_password_file.empty()) {
    auto password = store::ReadPasswordFile(config.store_password_file);
    if (!password.ok()) return password.status();
    options.address.password = *std::move(password);
  }
  auto opened = store::PostgresStore::Open(std::move(options));
  if (!opened.ok()) return opened.status();
  return *std::move(opened);
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::KeyStore>> OpenStore(const Config& config) {
  if (!config.store_url.empty()) return OpenPostgres(config);
  auto opened = store::SqliteStore::Open({.path = config.store_path});
  if (!opened.ok()) return opened.status();
  return *std::move(opened);
}

}  // namespace keyward
