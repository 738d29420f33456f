#ifndef KEYWARD_TESTS_TLS_ECHO_SERVER_H_
#define KEYWARD_TESTS_TLS_ECHO_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "server/tls/identity_files.h"
#include "server/tls/reloading_credentials.h"
#include "tests/tls/test_authority.h"

namespace keyward::testing {

class AlwaysHealthy : public grpc::health::v1::Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest*,
                     grpc::health::v1::HealthCheckResponse*) override {
    return grpc::Status::OK;
  }
};

// Sends each host back, for a call that lasts.
class Echo : public grpc::reflection::v1::ServerReflection::Service {
 public:
  using Stream = grpc::ServerReaderWriter<grpc::reflection::v1::ServerReflectionResponse,
                                          grpc::reflection::v1::ServerReflectionRequest>;
  grpc::Status ServerReflectionInfo(grpc::ServerContext*, Stream* stream) override {
    grpc::reflection::v1::ServerReflectionRequest request;
    while (stream->Read(&request)) {
      grpc::reflection::v1::ServerReflectionResponse response;
      response.set_valid_host(request.host());
      stream->Write(response);
    }
    return grpc::Status::OK;
  }
};

// gRPC with credentials that reload, on a free port of 127.0.0.1 and behind an external acceptor.
class EchoServer {
 public:
  explicit EchoServer(tls::IdentityFiles& files) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", tls::ReloadingCredentials(files), &port_);
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        tls::ReloadingCredentials(files));
    builder.RegisterService(&healthy_);
    builder.RegisterService(&echo_);
    server_ = builder.BuildAndStart();
  }

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // A connection that was accepted elsewhere.
  void Take(int socket) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = socket;
    acceptor_->HandleNewConnection(&connection);
  }

 private:
  AlwaysHealthy healthy_;
  Echo echo_;
  int port_ = 0;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

// A connection of its own.
class EchoClient {
 public:
  EchoClient(const EchoServer& server, const std::string& server_ca, const TestCertificate& own)
      : channel_(NewChannel(server, {server_ca, own.key, own.certificate})) {}

  // The name on the certificate that the server showed, or the error.
  std::string Call() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status =
        grpc::health::v1::Health::NewStub(channel_)->Check(&context, {}, &response);
    if (!status.ok()) return "refused: " + status.error_message();
    const auto names = context.auth_context()->FindPropertyValues("x509_common_name");
    return names.empty() ? "" : std::string(names[0].data(), names[0].size());
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  static std::shared_ptr<grpc::Channel> NewChannel(const EchoServer& server,
                                                   const grpc::SslCredentialsOptions& options) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server.address(), grpc::SslCredentials(options), arguments);
  }

  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TLS_ECHO_SERVER_H_
