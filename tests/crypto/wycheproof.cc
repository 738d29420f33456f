#include "tests/crypto/wycheproof.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "tests/crypto/hex.h"

namespace keyward::crypto {
namespace {

const google::protobuf::Value& Field(const google::protobuf::Struct& from, std::string_view name) {
  return from.fields().at(std::string(name));
}

std::filesystem::path Folder() {
  const char* told = std::getenv("WYCHEPROOF_DIR");
  if (told != nullptr) return told;
  const char* shared = std::getenv("KEYWARD_SHARED");
  return std::filesystem::path(shared != nullptr ? shared : "../shared") / "wycheproof";
}

}  // namespace

int WycheproofCase::GroupNumber(const std::string& name) const {
  return static_cast<int>(Field(group_, name).number_value());
}

int WycheproofCase::Number(const std::string& name) const {
  return static_cast<int>(Field(test_, name).number_value());
}

std::string WycheproofCase::Text(const std::string& name) const {
  return Field(test_, name).string_value();
}

std::string WycheproofCase::Bytes(const std::string& name) const { return FromHex(Text(name)); }

std::string WycheproofCase::Name() const {
  return "case " + std::to_string(Number("tcId")) + ": " + Text("comment");
}

std::optional<std::vector<WycheproofCase>> LoadWycheproof(const std::string& file) {
  const std::filesystem::path folder = Folder();
  if (!std::filesystem::exists(folder)) {
    std::cout << "skipped: there is no folder " << folder
              << "; WYCHEPROOF_DIR names one that holds " << file << std::endl;
    return std::nullopt;
  }
  std::stringstream text;
  text << std::ifstream(folder / file).rdbuf();
  google::protobuf::Struct whole;
  std::vector<WycheproofCase> cases;
  if (!google::protobuf::util::JsonStringToMessage(text.str(), &whole).ok()) return cases;
  for (const auto& group : Field(whole, "testGroups").list_value().values()) {
    google::protobuf::Struct parameters = group.struct_value();
    parameters.mutable_fields()->erase("tests");
    for (const auto& test : Field(group.struct_value(), "tests").list_value().values()) {
      cases.emplace_back(parameters, test.struct_value());
    }
  }
  return cases;
}

}  // namespace keyward::crypto
