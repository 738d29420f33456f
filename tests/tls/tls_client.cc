#include "tests/tls/tls_client.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace keyward::testing {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

ContextPtr NewContext(int version, const TestCertificate& own) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>("\x02h2"), 3);
  BIO* pem = BIO_new_mem_buf(own.certificate.data(), static_cast<int>(own.certificate.size()));
  X509* certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context.get(), certificate);
  X509_free(certificate);
  BIO_free(pem);
  pem = BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(pem, nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(context.get(), key);
  EVP_PKEY_free(key);
  BIO_free(pem);
  return context;
}

Handshake Describe(SSL* connection, bool done) {
  if (!done) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    return {.error = reason == nullptr ? "closed" : reason};
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection, &protocol, &size);
  char peer[64] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(connection)),
                            NID_commonName, peer, sizeof(peer));
  return {.version = SSL_get_version(connection),
          .protocol = std::string(reinterpret_cast<const char*>(protocol), size),
          .peer = peer};
}

}  // namespace

int Connect(int port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    std::abort();
  }
  return client;
}

Handshake ShakeHands(int socket, int version, const TestCertificate& own) {
  const ContextPtr context = NewContext(version, own);
  SSL* connection = SSL_new(context.get());
  SSL_set_fd(connection, socket);
  ERR_clear_error();
  const bool done = SSL_connect(connection) == 1;
  const Handshake result = Describe(connection, done);
  SSL_free(connection);
  close(socket);
  return result;
}

}  // namespace keyward::testing
