#ifndef KEYWARD_SERVER_NET_DESCRIPTOR_H_
#define KEYWARD_SERVER_NET_DESCRIPTOR_H_

#include <utility>

namespace keyward::net {

// A file descriptor of our own, closed with it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Descriptor(std::move(other)).Swap(*this);
    return *this;
  }
  ~Descriptor();

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  void Swap(Descriptor& other) { std::swap(fd_, other.fd_); }

  int fd_ = -1;
};

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_DESCRIPTOR_H_
