#include "client/cli/migrate_tally.h"

#include <algorithm>

namespace keyward::cli {
namespace {

constexpr std::size_t kMostKeys = 5;

}  // namespace

void Sightings::Add(const std::string& key, std::uint64_t times) { Add({times, {key}}); }

void Sightings::Add(const Sightings& others) {
  count += others.count;
  for (const std::string& key : others.keys) {
    const bool known = std::find(keys.begin(), keys.end(), key) != keys.end();
    if (!known && keys.size() < kMostKeys) keys.push_back(key);
  }
}

void MigrationTally::Fail(std::string_view reason, const std::string& key, std::uint64_t times) {
  failed += times;
  failures[std::string(reason)].Add(key, times);
}

MigrationTally& MigrationTally::operator+=(const MigrationTally& other) {
  keys += other.keys;
  values += other.values;
  done += other.done;
  left += other.left;
  empty += other.empty;
  changed += other.changed;
  failed += other.failed;
  for (const auto& [reason, sightings] : other.failures) failures[reason].Add(sightings);
  return *this;
}

}  // namespace keyward::cli
