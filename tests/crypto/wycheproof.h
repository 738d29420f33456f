#ifndef KEYWARD_TESTS_CRYPTO_WYCHEPROOF_H_
#define KEYWARD_TESTS_CRYPTO_WYCHEPROOF_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/struct.pb.h"

// Project Wycheproof's test vectors, from the folder WYCHEPROOF_DIR, else ../shared/wycheproof.
namespace keyward::crypto {

// A test case together with its group's parameters.
class WycheproofCase {
 public:
  WycheproofCase(google::protobuf::Struct group, google::protobuf::Struct test)
      : group_(std::move(group)), test_(std::move(test)) {}

  int GroupNumber(const std::string& name) const;
  int Number(const std::string& name) const;
  std::string Text(const std::string& name) const;
  // The bytes of a field of hex digits.
  std::string Bytes(const std::string& name) const;
  bool valid() const { return Text("result") == "valid"; }
  // For messages: which case it is and what it is about.
  std::string Name() const;

 private:
  google::protobuf::Struct group_;
  google::protobuf::Struct test_;
};

// All cases of a file; nullopt, with a line on standard output, where the folder is not there. A
// file that cannot be read or parsed has no cases.
std::optional<std::vector<WycheproofCase>> LoadWycheproof(const std::string& file);

}  // namespace keyward::crypto

#endif  // KEYWARD_TESTS_CRYPTO_WYCHEPROOF_H_
