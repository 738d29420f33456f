#include <google/protobuf/stubs/common.h>

#include <string>

#include "keyward/v1/key_service.pb.h"
#include "server/rpc/batch_message.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
#if GOOGLE_PROTOBUF_VERSION < 4022000
  google::protobuf::SetLogHandler(nullptr);  // a line for each id that is not UTF-8
#endif
  const keyward::rpc::BatchRequest request{grpc::Slice(data, size)};
  const auto count = keyward::rpc::BatchReader::Count(request);
  // Protobuf says what is in the batch where it takes it as a whole.
  keyward::v1::BatchEncryptRequest whole;
  const bool is_message = whole.ParseFromArray(data, static_cast<int>(size));
  if (is_message) {
    Promise(!count.ok() || *count == whole.requests_size(), "as many items as Protobuf finds");
  }
  if (!count.ok()) return 0;
  keyward::rpc::BatchReader reader(request);
  keyward::v1::EncryptRequest item;
  for (int i = 0; i < *count; ++i) {
    const bool read = reader.Read(item);
    if (!is_message) continue;
    Promise(read, "what Protobuf takes as a whole it takes item by item");
    Promise(item.SerializeAsString() == whole.requests(i).SerializeAsString(), "the same items");
  }
  return 0;
}
