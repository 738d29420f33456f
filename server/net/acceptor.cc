#include "server/net/acceptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "server/net/look_pace.h"
#include "server/net/peer_network.h"

namespace keyward::net {
namespace {

// The tag of the event that ends the thread; those of sources are their indexes.
constexpr uint64_t kStopTag = ~uint64_t{0};
// Accepted from one socket before the others have their turn.
constexpr int kBurst = 64;
// With no descriptor to be had, and so nothing to accept with, for how long the thread waits.
constexpr int kNoDescriptorWaitMs = 5;
// How often traffic is looked at: an attacker's reader is busy for tens of microseconds with each
// of its streams, so a look must come before some hundreds more. A process that does nothing much
// has nobody who waits, and is asked less often whether it still does not.
constexpr int kLookIntervalMs = 5;
constexpr int kIdleIntervalMs = 50;
constexpr std::chrono::microseconds kWorthALook{100};

std::chrono::nanoseconds ProcessorTime(clockid_t whose) {
  timespec used{};
  clock_gettime(whose, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// Takes a descriptor's place, to be given up where there is none for a connection.
Descriptor OpenSpare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool IsOutOfDescriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

Descriptor Accept(int socket, sockaddr_storage* peer) {
  socklen_t size = sizeof(*peer);
  return Descriptor(
      accept4(socket, reinterpret_cast<sockaddr*>(peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

// Closes with a reset: nothing of the connection is left in the kernel.
void CloseAtOnce(Descriptor connection) {
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(connection.fd(), SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

}  // namespace

Acceptor::Acceptor(std::vector<AcceptorListener> listeners, ConnectionLimits limits,
                   std::unique_ptr<StreamCounts> streams, std::function<void()> on_look)
    : listeners_(std::move(listeners)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      spare_(OpenSpare()),
      streams_(std::move(streams)),
      on_look_(std::move(on_look)),
      connections_(limits) {
  for (const AcceptorListener& listener : listeners_) {
    for (const Descriptor& socket : listener.socket.sockets()) {
      Watch(socket.fd(), sources_.size());
      sources_.push_back({socket.fd(), &listener.hand_over});
    }
  }
  Watch(stop_.fd(), kStopTag);
  thread_ = std::thread([this] { Run(); });
}

Acceptor::~Acceptor() { Stop(); }

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_.fd(), 1);
  thread_.join();
  listeners_.clear();
}

void Acceptor::Watch(int socket, uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, socket, &event);
}

void Acceptor::Run() {
  std::array<epoll_event, 16> events;
  while (true) {
    const int count = epoll_wait(epoll_.fd(), events.data(), events.size(), UntilNextLook());
    bool has_descriptors = true;
    for (int i = 0; i < count; ++i) {
      const uint64_t tag = events[i].data.u64;
      if (tag == kStopTag) return;
      has_descriptors &= AcceptSome(sources_[tag].socket, *sources_[tag].hand_over);
    }
    if (!has_descriptors) WaitForDescriptors();
    LookAtTraffic();
  }
}

void Acceptor::WaitForDescriptors() {
  pollfd stop{.fd = stop_.fd(), .events = POLLIN, .revents = 0};
  poll(&stop, 1, kNoDescriptorWaitMs);
  spare_ = OpenSpare();
}

int Acceptor::UntilNextLook() const {
  if (connections_.size() == 0) return -1;
  return is_busy_ ? kLookIntervalMs : kIdleIntervalMs;
}

void Acceptor::LookAtTraffic() {
  const auto now = ConnectionTable::Clock::now();
  if (now < next_look_) return;
  const std::chrono::nanoseconds used = ProcessorTime(CLOCK_PROCESS_CPUTIME_ID);
  is_busy_ = used - processor_time_seen_ >= kWorthALook;
  if (!is_busy_) return;
  on_look_();
  const std::chrono::nanoseconds start = ProcessorTime(CLOCK_THREAD_CPUTIME_ID);
  connections_.Sweep(now);
  for (const Refusal cause : connections_.CutAbusive(streams_.get(), now)) {
    refusals_.Add(cause, now);
  }
  next_look_ = now + PauseAfterLook(ProcessorTime(CLOCK_THREAD_CPUTIME_ID) - start);
  processor_time_seen_ = ProcessorTime(CLOCK_PROCESS_CPUTIME_ID);  // a look is no work to look at
}

bool Acceptor::AcceptSome(int socket, const HandOver& hand_over) {
  for (int i = 0; i < kBurst; ++i) {
    sockaddr_storage peer{};
    Descriptor connection = Accept(socket, &peer);
    if (connection.is_open()) {
      Take(std::move(connection), peer, hand_over);
    } else if (errno == EAGAIN) {
      return true;
    } else if (IsOutOfDescriptors(errno) && !TurnAwayWithSpare(socket)) {
      return false;
    }
    // Anything else is the fault of one connection, which ended while it waited.
  }
  return true;
}

void Acceptor::Take(Descriptor connection, const sockaddr_storage& peer,
                    const HandOver& hand_over) {
  switch (connections_.Admit(connection.fd(), PeerNetwork(peer), ConnectionTable::Clock::now())) {
    case ConnectionTable::Answer::kAdmitted:
      return hand_over(connection.Release());
    case ConnectionTable::Answer::kTooMany:
      return Refuse(std::move(connection), Refusal::kMaxConnections);
    case ConnectionTable::Answer::kTooManyOfNetwork:
      return Refuse(std::move(connection), Refusal::kMaxConnectionsPerAddress);
  }
}

bool Acceptor::TurnAwayWithSpare(int socket) {
  if (!spare_.is_open()) return false;
  spare_ = Descriptor();
  sockaddr_storage peer{};
  Descriptor connection = Accept(socket, &peer);
  if (connection.is_open()) Refuse(std::move(connection), Refusal::kOutOfDescriptors);
  spare_ = OpenSpare();
  return spare_.is_open();
}

void Acceptor::Refuse(Descriptor connection, Refusal cause) {
  CloseAtOnce(std::move(connection));
  refusals_.Add(cause, RefusalLog::Clock::now());
}

}  // namespace keyward::net
