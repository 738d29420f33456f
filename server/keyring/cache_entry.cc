#include "server/keyring/cache_entry.h"

#include <cstring>
#include <new>

namespace keyward::keyring {
namespace {

// The fields follow one another without padding: id, the user's own, then each version, with its
// key where it has one. Only this process reads them, in its own byte order.
class Writer {
 public:
  explicit Writer(char* to) : to_(to) {}
  template <typename T>
  void Put(const T& value) {
    std::memcpy(to_, &value, sizeof(value));
    to_ += sizeof(value);
  }
  void Put(std::string_view bytes) {
    std::memcpy(to_, bytes.data(), bytes.size());
    to_ += bytes.size();
  }

 private:
  char* to_;
};

class Reader {
 public:
  explicit Reader(const char* from) : from_(from) {}
  template <typename T>
  T Get() {
    T value;
    std::memcpy(&value, from_, sizeof(value));
    from_ += sizeof(value);
    return value;
  }

 private:
  const char* from_;
};

constexpr size_t kUserBytes = sizeof(uint16_t) + sizeof(uint8_t) + 2 * sizeof(uint32_t);
constexpr size_t kVersionBytes = sizeof(uint32_t) + sizeof(int64_t) + sizeof(uint8_t);
// Beside the state's number, in the same byte.
constexpr uint8_t kHasKey = 0x80;

size_t PackedBytes(std::string_view user_id, const LoadedUser& user) {
  size_t size = user_id.size() + kUserBytes;
  for (const LoadedVersion& version : user.versions) {
    size += kVersionBytes + (version.key ? sizeof(ShieldedKey) : 0);
  }
  return size;
}

}  // namespace

void CacheEntry::Delete::operator()(CacheEntry* entry) const {
  entry->~CacheEntry();
  ::operator delete(entry);
}

CacheEntry::Ptr CacheEntry::New(std::string_view user_id, const LoadedUser& user) {
  void* const memory = ::operator new(sizeof(CacheEntry) + PackedBytes(user_id, user));
  return Ptr(new (memory) CacheEntry(user_id, user));
}

CacheEntry::CacheEntry(std::string_view user_id, const LoadedUser& user)
    : id_size_(static_cast<uint16_t>(user_id.size())) {
  Writer out(bytes());
  out.Put(user_id);
  out.Put(static_cast<uint16_t>(user.versions.size()));
  out.Put(static_cast<uint8_t>(user.state));
  out.Put(user.primary_version);
  out.Put(user.min_version);
  for (const LoadedVersion& version : user.versions) {
    out.Put(version.version);
    out.Put(version.created_at_micros);
    const auto state = static_cast<uint8_t>(version.state);
    out.Put(static_cast<uint8_t>(version.key ? state | kHasKey : state));
    if (version.key) out.Put(*version.key);
  }
}

LoadedUser CacheEntry::Unpack() const {
  Reader in(bytes() + id_size_);
  LoadedUser user;
  user.versions.resize(in.Get<uint16_t>());
  user.state = static_cast<store::UserState>(in.Get<uint8_t>());
  user.primary_version = in.Get<uint32_t>();
  user.min_version = in.Get<uint32_t>();
  for (LoadedVersion& version : user.versions) {
    version.version = in.Get<uint32_t>();
    version.created_at_micros = in.Get<int64_t>();
    const auto state = in.Get<uint8_t>();
    version.state = static_cast<store::VersionState>(state & ~kHasKey);
    if (state & kHasKey) version.key = in.Get<ShieldedKey>();
  }
  return user;
}

}  // namespace keyward::keyring
