#ifndef KEYWARD_SERVER_RPC_BATCH_MESSAGE_H_
#define KEYWARD_SERVER_RPC_BATCH_MESSAGE_H_

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/audit_records.h"
#include "server/rpc/received_bytes.h"

// Batches, read and written one element at a time: a whole message of a thousand items would be
// thousands of allocations, and one item that Protobuf refuses would spoil it.
namespace keyward::rpc {

// A message whose only field is `repeated SomeMessage = 1`, unread.
struct BatchRequest {
  grpc::Slice bytes;

  void Clear() { bytes = grpc::Slice(); }
};

template <>
inline constexpr bool kStaysInBody<BatchRequest> = true;

// Likewise, written.
struct BatchResponse {
  grpc::ByteBuffer body;
  // For the audit log, where there is one: how each item ended.
  std::vector<ItemRecord> records;

  void Clear() {
    body.Clear();
    records.clear();
  }
};

// Reads the elements of a batch in order.
class BatchReader {
 public:
  // `request` must outlive it.
  explicit BatchReader(const BatchRequest& request);

  // How many elements there are; errors::InvalidRequest where the request is no such message.
  static absl::StatusOr<int> Count(const BatchRequest& request);

  // Replaces `item` by the next element; false where that is not what its bytes say. As often as
  // Count says, and no more.
  bool Read(google::protobuf::MessageLite& item);

 private:
  // The size of the next element; -1 at the end, kMalformed where there is something else.
  static constexpr int kEnd = -1;
  static constexpr int kMalformed = -2;
  int NextSize();

  google::protobuf::io::CodedInputStream in_;
};

// Writes the elements of a batch in order.
class BatchWriter {
 public:
  // `expected_bytes` of response are made room for.
  explicit BatchWriter(size_t expected_bytes);

  void Add(const google::protobuf::MessageLite& element);

  // What was written. gRPC overwrites it when it has sent it, since it may hold plaintexts.
  grpc::ByteBuffer Finish() &&;

 private:
  std::unique_ptr<std::string> bytes_;
  google::protobuf::io::StringOutputStream stream_;
  std::optional<google::protobuf::io::CodedOutputStream> out_;
};

}  // namespace keyward::rpc

namespace grpc {

template <>
class SerializationTraits<keyward::rpc::BatchRequest> {
 public:
  static Status Deserialize(ByteBuffer* body, keyward::rpc::BatchRequest* request) {
    const Status status = body->DumpToSingleSlice(&request->bytes);
    body->Clear();
    return status;
  }
};

template <>
class SerializationTraits<keyward::rpc::BatchResponse> {
 public:
  static Status Serialize(const keyward::rpc::BatchResponse& response, ByteBuffer* body,
                          bool* own_buffer) {
    *body = response.body;
    *own_buffer = true;
    return Status::OK;
  }
};

}  // namespace grpc

#endif  // KEYWARD_SERVER_RPC_BATCH_MESSAGE_H_
