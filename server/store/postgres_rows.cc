#include "server/store/postgres_rows.h"

#include <cstdint>
#include <limits>

#include "server/text/text.h"

namespace keyward::store {
namespace {

// Columns that are null where there is no row.
constexpr int kUserState = 3;
constexpr int kVersion = 4;

// A number that no row of ours holds becomes 0, which is no version, state or format either.
template <typename T>
T Narrow(int64_t value) {
  return value >= 0 && value <= std::numeric_limits<T>::max() ? static_cast<T>(value) : T{0};
}

// Without a row of their own: active, and the newest version is the primary one.
UserKeys UserOf(const PostgresResult& rows, int row) {
  UserKeys user;
  user.user_id = rows.Bytes(row, 0);
  if (rows.IsNull(row, kUserState)) {
    user.primary_version = Narrow<uint32_t>(rows.Int(row, kVersion));
    return user;
  }
  user.primary_version = Narrow<uint32_t>(rows.Int(row, 1));
  user.min_version = Narrow<uint32_t>(rows.Int(row, 2));
  user.state = static_cast<UserState>(Narrow<int>(rows.Int(row, kUserState)));
  user.etag = rows.Int(row, 10);
  user.purge_at_micros = rows.Int(row, 11);
  user.rotation_id = rows.Bytes(row, 12);
  user.state_before_delete = static_cast<UserState>(Narrow<int>(rows.Int(row, 13)));
  return user;
}

KeyVersion VersionOf(const PostgresResult& rows, int row) {
  KeyVersion key;
  key.version = Narrow<uint32_t>(rows.Int(row, kVersion));
  key.kek_id = rows.Bytes(row, 5);
  key.wrap_format = Narrow<int>(rows.Int(row, 6));
  key.wrapped_key = rows.Bytes(row, 7);
  key.state = static_cast<VersionState>(Narrow<int>(rows.Int(row, 8)));
  key.created_at_micros = rows.Int(row, 9);
  key.messages = rows.Int(row, 14);
  return key;
}

}  // namespace

std::vector<UserKeys> UsersOf(const PostgresResult& rows) {
  std::vector<UserKeys> users;
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.IsNull(row, kUserState) && rows.IsNull(row, kVersion)) continue;
    UserKeys user = UserOf(rows, row);
    if (users.empty() || users.back().user_id != user.user_id) users.push_back(std::move(user));
    if (!rows.IsNull(row, kVersion)) users.back().versions.push_back(VersionOf(rows, row));
  }
  return users;
}

PostgresParams VersionColumns(const std::vector<OwnedVersion>& versions) {
  std::vector<std::string> ids, keks, keys;
  std::vector<int64_t> numbers, formats, states, times, messages;
  for (const auto& [user_id, key] : versions) {
    ids.push_back(user_id);
    numbers.push_back(key.version);
    keks.push_back(key.kek_id);
    formats.push_back(key.wrap_format);
    keys.push_back(key.wrapped_key);
    states.push_back(static_cast<int>(key.state));
    times.push_back(key.created_at_micros);
    messages.push_back(key.messages);
  }
  PostgresParams params;
  params.Texts(ids)
      .Ints(numbers)
      .ByteArray(keks)
      .Ints(formats)
      .ByteArray(keys)
      .Ints(states)
      .Ints(times)
      .Ints(messages);
  return params;
}

PostgresParams UserColumns(const std::vector<UserKeys>& users) {
  std::vector<std::string> ids, rotations;
  std::vector<int64_t> primaries, minima, states, etags, purges, before_delete;
  for (const UserKeys& user : users) {
    ids.push_back(user.user_id);
    primaries.push_back(user.primary_version);
    minima.push_back(user.min_version);
    states.push_back(static_cast<int>(user.state));
    etags.push_back(user.etag);
    purges.push_back(user.purge_at_micros);
    rotations.push_back(user.rotation_id);
    before_delete.push_back(static_cast<int>(user.state_before_delete));
  }
  PostgresParams params;
  params.Texts(ids)
      .Ints(primaries)
      .Ints(minima)
      .Ints(states)
      .Ints(etags)
      .Ints(purges)
      .Texts(rotations)
      .Ints(before_delete);
  return params;
}

bool IsStorableText(std::string_view text) {
  return text.find('\0') == std::string_view::npos && text::Utf8Prefix(text) == text.size();
}

}  // namespace keyward::store
