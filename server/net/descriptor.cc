#include "server/net/descriptor.h"

#include <unistd.h>

namespace keyward::net {

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace keyward::net
