#include "server/open_store.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "server/store/password_file.h"
#include "server/store/postgres_store.h"
#include "server/store/sqlite_store.h"
#include "server/telemetry/log.h"

namespace keyward {
namespace {

// Between one try to reach a database and the next.
constexpr absl::Duration kPause = absl::Milliseconds(50);

absl::StatusOr<std::unique_ptr<store::KeyStore>> OpenPostgres(const Config& config,
                                                              const std::function<bool()>& stop) {
  store::PostgresStoreOptions options{.address = {.url = config.store_url, .password = {}},
                                      .reads_from_standby = config.reads_from_standby};
  if (!config.store_password_file.empty()) {
    auto password = store::ReadPasswordFile(config.store_password_file);
    if (!password.ok()) return password.status();
    options.address.password = *std::move(password);
  }
  const absl::Time give_up = absl::Now() + config.store_wait;
  auto opened = store::PostgresStore::Open(options);
  if (absl::IsUnavailable(opened.status()) && absl::Now() < give_up) {
    telemetry::Log(telemetry::LogLevel::kWarning, "waiting_for_store",
                   {{"message", std::string(opened.status().message())}});
  }
  while (absl::IsUnavailable(opened.status()) && absl::Now() < give_up) {
    if (stop()) return absl::CancelledError("told to stop before the database could be reached");
    absl::SleepFor(kPause);
    opened = store::PostgresStore::Open(options);
  }
  if (!opened.ok()) return opened.status();
  return *std::move(opened);
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::KeyStore>> OpenStore(const Config& config,
                                                           const std::function<bool()>& stop) {
  if (!config.store_url.empty()) return OpenPostgres(config, stop);
  auto opened = store::SqliteStore::Open({.path = config.store_path});
  if (!opened.ok()) return opened.status();
  return *std::move(opened);
}

}  // namespace keyward
