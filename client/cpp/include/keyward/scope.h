#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_SCOPE_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_SCOPE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace keyward::client {

// Whose key a value is encrypted under: one user's own, or the pool's, for values that belong to no
// user. A token opens only under the scope that sealed it.
class Scope {
 public:
  // `user_id`: 1 to 256 bytes of UTF-8 without NUL. The server checks it, so a Scope is never
  // invalid here, but a call with it may be refused.
  static Scope User(std::string_view user_id) { return Scope(std::string(user_id)); }
  static Scope Pool() { return Scope(std::nullopt); }

  bool is_pool() const { return !user_id_.has_value(); }
  // Empty for the pool.
  std::string_view user_id() const { return user_id_ ? *user_id_ : std::string_view(); }

  friend bool operator==(const Scope&, const Scope&) = default;

 private:
  explicit Scope(std::optional<std::string> user_id) : user_id_(std::move(user_id)) {}

  std::optional<std::string> user_id_;
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_SCOPE_H_
