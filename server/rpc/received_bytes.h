#ifndef KEYWARD_SERVER_RPC_RECEIVED_BYTES_H_
#define KEYWARD_SERVER_RPC_RECEIVED_BYTES_H_

#include <grpcpp/grpcpp.h>
#include <string.h>

#include <cstdint>
#include <vector>

namespace keyward::rpc {

// Whether a message of this type looks into the body that it was read from for as long as it lives.
template <typename Request>
inline constexpr bool kStaysInBody = false;

// A request as it came. Its bytes lie in a buffer into which the connection goes on reading, and which lives as
// long as that; so they are overwritten, and not left to whoever frees the buffer.
class ReceivedBytes {
 public:
  // Before the body is read, which empties it.
  void Note(const grpc::ByteBuffer& body) { body.Dump(&slices_); }

  void Wipe() {
    for (const grpc::Slice& slice : slices_) {
      // This message's alone: no other one shares these bytes of the buffer.
      explicit_bzero(const_cast<uint8_t*>(slice.begin()), slice.size());
    }
    slices_.clear();
  }

 private:
  std::vector<grpc::Slice> slices_;
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_RECEIVED_BYTES_H_
