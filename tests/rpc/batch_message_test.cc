#include "server/rpc/batch_message.h"

#include <gtest/gtest.h>

#include <string>

#include "keyward/v1/key_service.pb.h"
#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

BatchRequest Request(const std::string& bytes) { return {grpc::Slice(bytes)}; }

std::string Bytes(const grpc::ByteBuffer& body) {
  grpc::Slice slice;
  EXPECT_TRUE(body.DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

v1::BatchEncryptRequest ThreeRequests() {
  v1::BatchEncryptRequest batch;
  batch.add_requests()->set_user_id("alice");
  batch.add_requests();  // empty
  batch.add_requests()->set_plaintext(std::string(100'000, 'x'));
  return batch;
}

TEST(BatchReaderTest, ReadsWhatProtobufWrote) {
  const v1::BatchEncryptRequest batch = ThreeRequests();
  const BatchRequest request = Request(batch.SerializeAsString());
  ASSERT_EQ(*BatchReader::Count(request), 3);
  BatchReader reader(request);
  v1::EncryptRequest item;
  for (const v1::EncryptRequest& expected : batch.requests()) {
    ASSERT_TRUE(reader.Read(item));
    EXPECT_EQ(item.SerializeAsString(), expected.SerializeAsString());
  }
}

TEST(BatchReaderTest, NothingIsABatchOfNone) { EXPECT_EQ(*BatchReader::Count(Request("")), 0); }

TEST(BatchReaderTest, PassesOverFieldsOfLaterVersions) {
  const std::string varint = {'\x10', '\x05'};
  const std::string fixed64 = '\x19' + std::string(8, '\0');
  const std::string text = {'\x22', '\x01', 'x'};
  const std::string fixed32 = '\x2d' + std::string(4, '\0');
  const BatchRequest request = Request(varint + fixed64 + ThreeRequests().SerializeAsString() +
                                       text + fixed32 + ThreeRequests().SerializeAsString());
  EXPECT_EQ(*BatchReader::Count(request), 6);
}

TEST(BatchReaderTest, AnItemThatProtobufRefusesSpoilsNoOther) {
  v1::BatchEncryptRequest batch = ThreeRequests();
  std::string bytes = batch.SerializeAsString();
  const std::string not_utf8 = {'\x0a', '\x03', '\x0a', '\x01', '\xff'};
  const std::string cut_off = {'\x0a', '\x02', '\x0a', '\x7f'};
  const BatchRequest request = Request(not_utf8 + bytes + cut_off + bytes);
  ASSERT_EQ(*BatchReader::Count(request), 8);
  BatchReader reader(request);
  v1::EncryptRequest item;
  for (int i = 0; i < 8; ++i) EXPECT_EQ(reader.Read(item), i != 0 && i != 4) << i;
  EXPECT_EQ(item.plaintext().size(), 100'000);
}

TEST(BatchReaderTest, RefusesWhatIsNoBatch) {
  const std::string good = ThreeRequests().SerializeAsString();
  const std::vector<std::string> malformed = {
      std::string("\x0a\x05x", 3),                 // ends within an item
      std::string("\x0a", 1),                      // ends before an item's size
      std::string("\x0a\xff\xff\xff\xff\xff", 6),  // a size beyond 32 bits
      std::string("\x0b\x0c", 2),                  // a group
      std::string("\x08\x01", 2) + "\x07",         // no wire type 7
      std::string("\x00", 1),                      // field 0
      std::string(12, '\xff'),                     // no tag at all
  };
  for (const std::string& bytes : malformed) {
    EXPECT_EQ(errors::Reason(BatchReader::Count(Request(bytes)).status()), "INVALID_REQUEST");
    EXPECT_EQ(errors::Reason(BatchReader::Count(Request(good + bytes)).status()),
              "INVALID_REQUEST");
  }
}

TEST(BatchWriterTest, WritesWhatProtobufReads) {
  v1::BatchEncryptResponse expected;
  expected.add_results()->mutable_response()->set_token("v2:abc");
  expected.add_results()->mutable_status()->set_message("no");
  expected.add_results()->mutable_response()->set_token(std::string(100'000, 'x'));
  expected.add_results();
  BatchWriter writer(10);
  for (const auto& result : expected.results()) writer.Add(result);
  EXPECT_EQ(Bytes(std::move(writer).Finish()), expected.SerializeAsString());
}

TEST(BatchWriterTest, NoneIsAnEmptyMessage) { EXPECT_EQ(Bytes(BatchWriter(0).Finish()), ""); }

}  // namespace
}  // namespace keyward::rpc
