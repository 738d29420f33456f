#include "client/cli/migrate_address.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

constexpr char kDefaultPort[] = "6379";
constexpr int kHighestPort = 65535;

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("--redis: ", what));
}

// Removes the prefix, where it is there.
bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || text.starts_with('-')) return std::nullopt;
  return number;
}

std::optional<std::string> Unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, byte, 16);
    if (error != std::errc() || rest != end || digits.size() != 2) return std::nullopt;
    bytes += static_cast<char>(byte);
    i += 2;
  }
  return bytes;
}

absl::Status TakeLogin(std::string_view login, RedisAddress& into) {
  const std::size_t colon = login.find(':');
  std::optional<std::string> user = Unescaped(login.substr(0, colon));
  std::optional<std::string> password = std::string();
  if (colon != std::string_view::npos) password = Unescaped(login.substr(colon + 1));
  if (!user || !password)
    return Wrong("user or password has a '%' that is not followed by two hex digits");
  into.user = *std::move(user);
  into.password = *std::move(password);
  return absl::OkStatus();
}

absl::Status TakeDatabase(std::string_view text, RedisAddress& into) {
  const std::optional<int> number = Number(text);
  if (!number) return Wrong("the database is no number");
  into.database = *number;
  return absl::OkStatus();
}

absl::Status TakeHost(std::string_view text, RedisAddress& into) {
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return Wrong("an IPv6 address ends in ']'");
    into.host = text.substr(1, bracket - 1);
    colon = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
    if (colon != std::string_view::npos && text[colon] != ':')
      return Wrong("the port stands after ':'");
  } else {
    into.host = text.substr(0, colon);
    if (into.host.find(':') != std::string::npos) return Wrong("an IPv6 address stands in [ ]");
  }
  if (into.host.empty()) return Wrong("it names no host");
  into.port = kDefaultPort;
  if (colon == std::string_view::npos) return absl::OkStatus();
  into.port = text.substr(colon + 1);
  const std::optional<int> port = Number(into.port);
  if (!port || *port < 1 || *port > kHighestPort)
    return Wrong("the port is no number from 1 to 65535");
  return absl::OkStatus();
}

absl::StatusOr<RedisAddress> ParseSocket(std::string_view text) {
  RedisAddress address;
  if (text.starts_with("///")) text.remove_prefix(2);
  const std::size_t query = text.find('?');
  address.socket_path = text.substr(0, query);
  if (!address.socket_path.starts_with('/') || address.socket_path.starts_with("//")) {
    return Wrong("the path of a unix socket begins with '/'");
  }
  if (query == std::string_view::npos) return address;
  text.remove_prefix(query + 1);
  if (!Take(text, "db=")) return Wrong("after '?' stands db=DATABASE");
  const absl::Status taken = TakeDatabase(text, address);
  if (!taken.ok()) return taken;
  return address;
}

}  // namespace

std::string RedisAddress::Name() const {
  if (!socket_path.empty()) return absl::StrCat("unix:", socket_path);
  const bool ipv6 = host.find(':') != std::string::npos;
  return ipv6 ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view text) {
  if (Take(text, "unix:")) return ParseSocket(text);
  RedisAddress address;
  address.tls = text.starts_with("rediss://");
  if (!Take(text, "redis://") && !Take(text, "rediss://")) {
    return Wrong("it begins with redis://, rediss:// or unix:");
  }
  const std::size_t slash =
      text.find('/', text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@'));
  if (slash != std::string_view::npos && slash + 1 < text.size()) {
    const absl::Status taken = TakeDatabase(text.substr(slash + 1), address);
    if (!taken.ok()) return taken;
  }
  text = text.substr(0, slash);
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    const absl::Status taken = TakeLogin(text.substr(0, at), address);
    if (!taken.ok()) return taken;
    text.remove_prefix(at + 1);
  }
  const absl::Status taken = TakeHost(text, address);
  if (!taken.ok()) return taken;
  return address;
}

}  // namespace keyward::cli
