#include "server/rpc/caller.h"

#include <grpc/grpc_security_constants.h>

#include <utility>
#include <vector>

namespace keyward::rpc {
namespace {

// Of each queue: more than there are connections in use, mostly. What is forgotten is found out
// again.
constexpr size_t kMaxKnown = 1024;
constexpr char kListenerProperty[] = "keyward_listener";
constexpr std::string_view kUnixPeer = "unix:";

std::vector<std::string> ValuesOf(const grpc_auth_context* context, const char* name) {
  std::vector<std::string> values;
  grpc_auth_property_iterator each = grpc_auth_context_find_properties_by_name(context, name);
  while (const grpc_auth_property* property = grpc_auth_property_iterator_next(&each)) {
    values.emplace_back(property->value, property->value_length);
  }
  return values;
}

bool Has(const std::vector<std::string>& values, std::string_view value) {
  return !values.empty() && values.front() == value;
}

// Adds the path to a connection's properties at its first call. gRPC asks before each call, on the
// connection's own turn.
class ListenerName final : public grpc::AuthMetadataProcessor {
 public:
  explicit ListenerName(std::string path) : path_(std::move(path)) {}

  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata&, grpc::AuthContext* context, OutputMetadata*,
                       OutputMetadata*) override {
    if (context->FindPropertyValues(kListenerProperty).empty()) {
      context->AddProperty(kListenerProperty, path_);
    }
    return grpc::Status::OK;
  }

 private:
  const std::string path_;
};

}  // namespace

std::shared_ptr<const absl::StatusOr<Caller>> Callers::Of(grpc::ServerContext& context) {
  AuthContext connection(grpc_call_auth_context(context.c_call()));
  const grpc_auth_context* const key = connection.get();
  if (const auto known = known_.find(key); known != known_.end()) return known->second.caller;
  if (known_.size() >= kMaxKnown) known_.clear();
  auto caller =
      std::make_shared<const absl::StatusOr<Caller>>(Identify(key, std::string(context.peer())));
  known_.emplace(key, Known{std::move(connection), caller});
  return caller;
}

// By the listener that a call came in on, not by the address that it came from: behind a proxy
// everyone seems to be on this machine.
absl::StatusOr<Caller> Callers::Identify(const grpc_auth_context* context, std::string peer) const {
  const auto security = ValuesOf(context, GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  if (Has(security, GRPC_SSL_TRANSPORT_SECURITY_TYPE)) {
    auto principal = auth::Principal::OfCertificate(
        {.uris = ValuesOf(context, GRPC_PEER_URI_PROPERTY_NAME),
         .dns_names = ValuesOf(context, GRPC_PEER_DNS_PROPERTY_NAME),
         .common_names = ValuesOf(context, GRPC_X509_CN_PROPERTY_NAME)});
    if (!principal.ok()) return principal.status();
    return Caller{*std::move(principal), std::move(peer)};
  }
  if (!Has(security, "local")) return Caller{auth::Principal::Anonymous(), std::move(peer)};
  if (!peer.starts_with(kUnixPeer)) return Caller{auth::Principal::Loopback(), std::move(peer)};
  const auto listener = ValuesOf(context, kListenerProperty);
  const std::string& path = listener.empty() ? unix_path_ : listener.front();
  return Caller{auth::Principal::OfUnixSocket(path), std::move(peer)};
}

void NameUnixListener(grpc::ServerCredentials& credentials, std::string path) {
  credentials.SetAuthMetadataProcessor(std::make_shared<ListenerName>(std::move(path)));
}

}  // namespace keyward::rpc
