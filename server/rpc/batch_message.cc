#include "server/rpc/batch_message.h"

#include <string.h>

#include <cstdint>

#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

using google::protobuf::io::CodedInputStream;

// https://protobuf.dev/programming-guides/encoding: a tag is the field's number and its wire type.
enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };
constexpr uint32_t kElementTag = 1 << 3 | kLengthDelimited;

bool SkipField(CodedInputStream& in, uint32_t tag) {
  uint64_t varint = 0;
  int size = 0;
  switch (tag & 7) {
    case kVarint:
      return in.ReadVarint64(&varint);
    case kFixed64:
      return in.Skip(8);
    case kFixed32:
      return in.Skip(4);
    case kLengthDelimited:
      return in.ReadVarintSizeAsInt(&size) && in.Skip(size);
    default:
      return false;  // groups, which proto3 does not have
  }
}

std::unique_ptr<std::string> StringWithRoomFor(size_t bytes) {
  auto text = std::make_unique<std::string>();
  text->reserve(bytes);
  return text;
}

void WipeAndDelete(void* bytes) {
  auto* const text = static_cast<std::string*>(bytes);
  explicit_bzero(text->data(), text->size());
  delete text;
}

}  // namespace

BatchReader::BatchReader(const BatchRequest& request)
    : in_(request.bytes.begin(), static_cast<int>(request.bytes.size())) {}

absl::StatusOr<int> BatchReader::Count(const BatchRequest& request) {
  BatchReader reader(request);
  int count = 0;
  int size = reader.NextSize();
  for (; size >= 0; size = reader.NextSize()) {
    ++count;
    if (!reader.in_.Skip(size)) size = kMalformed;
    if (size == kMalformed) break;
  }
  if (size == kMalformed) {
    return errors::InvalidRequest("the request's body is not a message of its type");
  }
  return count;
}

bool BatchReader::Read(google::protobuf::MessageLite& item) {
  const int size = NextSize();
  const void* bytes = nullptr;
  int rest = 0;
  // Of an empty item at the end there are none.
  const bool has_bytes = in_.GetDirectBufferPointer(&bytes, &rest);
  return in_.Skip(size) && item.ParseFromArray(has_bytes ? bytes : nullptr, size);
}

int BatchReader::NextSize() {
  while (const uint32_t tag = in_.ReadTag()) {
    int size = 0;
    if (tag == kElementTag) return in_.ReadVarintSizeAsInt(&size) ? size : kMalformed;
    if (!SkipField(in_, tag)) return kMalformed;
  }
  return in_.ConsumedEntireMessage() ? kEnd : kMalformed;
}

BatchWriter::BatchWriter(size_t expected_bytes)
    : bytes_(StringWithRoomFor(expected_bytes)), stream_(bytes_.get()) {
  out_.emplace(&stream_);
}

void BatchWriter::Add(const google::protobuf::MessageLite& element) {
  out_->WriteTag(kElementTag);
  out_->WriteVarint32(static_cast<uint32_t>(element.ByteSizeLong()));
  element.SerializeWithCachedSizes(&*out_);
}

grpc::ByteBuffer BatchWriter::Finish() && {
  // Its end cuts the string to what was written; after that the string is gRPC's.
  out_.reset();
  std::string* const bytes = bytes_.release();
  const grpc::Slice slice(bytes->data(), bytes->size(), WipeAndDelete, bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace keyward::rpc
