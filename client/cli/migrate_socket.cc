#include "client/cli/migrate_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace keyward::cli {
namespace {

// A busy Redis answers late; a dead one never does.
constexpr timeval kPatience{.tv_sec = 30, .tv_usec = 0};

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

std::string ErrnoText() {
  return errno == EAGAIN || errno == EINPROGRESS ? "no answer for 30 seconds"
                                                 : std::strerror(errno);
}

// What the TLS library says of the last failure; errno where it says nothing.
std::string TlsText() {
  const unsigned long error = ERR_peek_last_error();  // NOLINT(runtime/int): OpenSSL's type
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  if (reason != nullptr) return reason;
  return errno == 0 ? "the other side closed the connection" : ErrnoText();
}

// The descriptor, or -1 with errno.
int ConnectTo(int family, const sockaddr* address, socklen_t size) {
  const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  const int on = 1;
  if (family != AF_UNIX) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(descriptor, address, size) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

absl::StatusOr<int> ConnectToPath(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError("--redis: the path of the unix socket is too long");
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  const int descriptor =
      ConnectTo(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (descriptor < 0) return absl::UnavailableError(ErrnoText());
  return descriptor;
}

// The first of the host's addresses that takes the connection.
absl::StatusOr<int> ConnectToHost(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(gai_strerror(error));
  int descriptor = -1;
  for (const addrinfo* each = found; each != nullptr && descriptor < 0; each = each->ai_next) {
    descriptor = ConnectTo(each->ai_family, each->ai_addr, each->ai_addrlen);
  }
  const std::string why = ErrnoText();
  freeaddrinfo(found);
  if (descriptor < 0) return absl::UnavailableError(why);
  return descriptor;
}

absl::Status BadFile(const std::string& option, const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(option, ": cannot use ", path, ": ", TlsText()));
}

absl::StatusOr<Context> MakeContext(const RedisTls& tls) {
  errno = 0;
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY);
  if (tls.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), tls.ca_file.c_str(), nullptr) != 1) {
    return BadFile("--redis_ca", tls.ca_file);
  }
  if (tls.cert_file.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.cert_file.c_str()) != 1) {
    return BadFile("--redis_cert", tls.cert_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return BadFile("--redis_key", tls.key_file);
  }
  return context;
}

// The certificate must be for that address or name.
void ExpectHost(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return;
  X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), host.c_str(), 0);
  SSL_set_tlsext_host_name(ssl, host.c_str());
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisSocket>> RedisSocket::Connect(const RedisAddress& address,
                                                                  const RedisTls& tls) {
  const auto descriptor = address.socket_path.empty() ? ConnectToHost(address.host, address.port)
                                                      : ConnectToPath(address.socket_path);
  if (!descriptor.ok()) return descriptor.status();
  std::unique_ptr<RedisSocket> socket(new RedisSocket(*descriptor));
  if (address.tls) {
    const absl::Status encrypted = socket->Encrypt(address.host, tls);
    if (!encrypted.ok()) return encrypted;
  }
  return socket;
}

RedisSocket::~RedisSocket() { close(descriptor_); }

absl::Status RedisSocket::Encrypt(const std::string& host, const RedisTls& tls) {
  const auto context = MakeContext(tls);
  if (!context.ok()) return context.status();
  ssl_.reset(SSL_new(context->get()));
  ExpectHost(ssl_.get(), host);
  errno = 0;
  if (SSL_set_fd(ssl_.get(), descriptor_) == 1 && SSL_connect(ssl_.get()) == 1) {
    return absl::OkStatus();
  }
  const long verified = SSL_get_verify_result(ssl_.get());  // NOLINT(runtime/int): OpenSSL's type
  return absl::UnavailableError(absl::StrCat(
      "TLS: ", verified == X509_V_OK ? TlsText() : X509_verify_cert_error_string(verified)));
}

absl::Status RedisSocket::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    errno = 0;
    const std::size_t size = std::min<std::size_t>(bytes.size(), INT_MAX);
    const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(size))
                              : send(descriptor_, bytes.data(), size, MSG_NOSIGNAL);
    if (sent < 0 && !ssl_ && errno == EINTR) continue;
    if (sent <= 0) return absl::UnavailableError(ssl_ ? TlsText() : ErrnoText());
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> RedisSocket::Receive(char* buffer, std::size_t size) {
  while (true) {
    errno = 0;
    const ssize_t received = ssl_ ? SSL_read(ssl_.get(), buffer, static_cast<int>(size))
                                  : recv(descriptor_, buffer, size, 0);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received < 0 && !ssl_ && errno == EINTR) continue;
    if (ssl_) return absl::UnavailableError(TlsText());
    return absl::UnavailableError(received == 0 ? "the other side closed the connection"
                                                : ErrnoText());
  }
}

}  // namespace keyward::cli
