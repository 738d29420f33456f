#include "server/net/conduct.h"

#include <sys/socket.h>

#include <string>

#include "server/net/peer_network.h"

namespace keyward::net {
namespace {

std::string PeerOf(int socket) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  const bool known = getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
  return known ? PeerText(peer) : "";
}

}  // namespace

std::optional<Refusal> Conduct::Judge(int socket, StreamCounts* streams, Clock::time_point now) {
  const std::optional<Traffic> traffic = TrafficOf(socket);
  if (!traffic) return std::nullopt;
  if (traffic_.Judge(*traffic)) return Refusal::kOneSided;
  if (streams == nullptr || traffic->read < asked_at_ + kAskEachBytes) return std::nullopt;
  asked_at_ = traffic->read;
  if (ResetsTooMuch(socket, *streams, now)) return Refusal::kRapidResets;
  return std::nullopt;
}

bool Conduct::ResetsTooMuch(int socket, StreamCounts& streams, Clock::time_point now) {
  if (!id_) id_ = streams.Find(PeerOf(socket));
  if (!id_) return false;
  const std::optional<Streams> found = streams.Of(*id_);
  return found && resets_.Judge(*found, now);
}

}  // namespace keyward::net
