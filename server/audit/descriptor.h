#ifndef KEYWARD_SERVER_AUDIT_DESCRIPTOR_H_
#define KEYWARD_SERVER_AUDIT_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace keyward::audit {

// An open file, closed at the end of the scope; -1 for none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_DESCRIPTOR_H_
