#ifndef KEYWARD_BENCH_MESSAGES_H_
#define KEYWARD_BENCH_MESSAGES_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>

// With gRPC's way to read messages, whose own header has another name in each of its versions.
#include "keyward/v1/key_service.grpc.pb.h"

namespace keyward::bench {

// The message's bytes, in one piece of memory.
inline void Serialize(const google::protobuf::MessageLite& message, grpc::ByteBuffer& out) {
  const size_t size = message.ByteSizeLong();
  // Slice takes over the reference that grpc_slice_malloc gives.
  grpc::Slice slice(grpc_slice_malloc(size), grpc::Slice::STEAL_REF);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  grpc::ByteBuffer filled(&slice, 1);
  out.Swap(&filled);
}

// False where the bytes are no such message. Empties `bytes`.
template <typename Message>
bool Parse(grpc::ByteBuffer& bytes, Message& message) {
  return grpc::SerializationTraits<Message>::Deserialize(&bytes, &message).ok();
}

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_MESSAGES_H_
