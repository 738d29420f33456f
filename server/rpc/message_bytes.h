#ifndef KEYWARD_SERVER_RPC_MESSAGE_BYTES_H_
#define KEYWARD_SERVER_RPC_MESSAGE_BYTES_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <type_traits>

// Messages from and to the raw bytes that gRPC carries. One that lies in one piece, as nearly all
// do, is read and written there, which takes half the time of gRPC's streams over pieces.
namespace keyward::rpc {

template <typename Message>
inline constexpr bool kIsProtobuf = std::is_base_of_v<google::protobuf::MessageLite, Message>;

// Empties the body. False where its bytes are no such message.
template <typename Message>
bool ReadMessage(grpc::ByteBuffer& body, Message& message) {
  if constexpr (kIsProtobuf<Message>) {
    grpc::Slice bytes;
    if (body.TrySingleSlice(&bytes).ok()) {
      body.Clear();
      return message.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()));
    }
  }
  return grpc::SerializationTraits<Message>::Deserialize(&body, &message).ok();
}

template <typename Message>
grpc::ByteBuffer WriteMessage(const Message& message) {
  grpc::ByteBuffer body;
  if constexpr (kIsProtobuf<Message>) {
    const grpc::Slice bytes(message.ByteSizeLong());
    // Nobody else has the slice yet.
    auto* const begin = const_cast<uint8_t*>(bytes.begin());
    static_cast<void>(message.SerializeWithCachedSizesToArray(begin));  // where it ends
    body = grpc::ByteBuffer(&bytes, 1);
  } else {
    bool own_buffer = false;
    grpc::SerializationTraits<Message>::Serialize(message, &body, &own_buffer);
  }
  return body;
}

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_MESSAGE_BYTES_H_
