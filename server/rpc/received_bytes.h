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

// A request as it came. Its bytes lie in a buffer into which the connection goes on reading, and
// which lives as long as that; so they are overwritten, and not left to whoever frees the buffer.
class ReceivedBytes {
 public:
  // Before the body is read, which empties it.
  void Note(const grpc::ByteBuffer& body) {
    if (!body.TrySingleSlice(&only_).ok()) body.Dump(&pieces_);
  }

  void Wipe() {
    Overwrite(only_);
    only_ = grpc::Slice();
    for (const grpc::Slice& piece : pieces_) Overwrite(piece);
    pieces_.clear();
  }

 private:
  // This message's alone: no other one shares these bytes of the buffer.
  static void Overwrite(const grpc::Slice& slice) {
    explicit_bzero(const_cast<uint8_t*>(slice.begin()), slice.size());
  }

  grpc::Slice only_;                 // where the message came in one piece
  std::vector<grpc::Slice> pieces_;  // where it did not
};

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_RECEIVED_BYTES_H_
