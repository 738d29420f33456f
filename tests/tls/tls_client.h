#ifndef KEYWARD_TESTS_TLS_TLS_CLIENT_H_
#define KEYWARD_TESTS_TLS_TLS_CLIENT_H_

#include <string>

#include "tests/tls/test_authority.h"

namespace keyward::testing {

// A connected TCP socket to a port of 127.0.0.1.
int Connect(int port);

struct Handshake {
  // Such as "TLSv1.3"; empty where there was no handshake.
  std::string version;
  // Such as "h2".
  std::string protocol;
  // The name on the server's certificate.
  std::string peer;
  // OpenSSL's reason where there was none.
  std::string error;
};

// Does OpenSSL's part of a handshake, by this version of TLS alone (TLS1_1_VERSION …), without
// gRPC, and closes the socket. This side lets anything pass: what is refused was refused by the
// server.
Handshake ShakeHands(int socket, int version, const TestCertificate& own);

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TLS_TLS_CLIENT_H_
