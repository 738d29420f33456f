#include "server/store/postgres_params.h"

namespace keyward::store {
namespace {

// Types' numbers, which are part of the protocol (pg_type.dat).
constexpr uint32_t kBytea = 17;
constexpr uint32_t kInt8 = 20;
constexpr uint32_t kText = 25;

void Append(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

std::string BigInt(int64_t value) {
  std::string out;
  Append(out, static_cast<uint64_t>(value), 8);
  return out;
}

// One dimension, no nulls (array_recv in PostgreSQL's arrayfuncs.c).
template <typename T, typename Encode>
std::string Array(uint32_t type, const std::vector<T>& values, const Encode& encode) {
  std::string out;
  Append(out, values.empty() ? 0 : 1, 4);
  Append(out, 0, 4);
  Append(out, type, 4);
  if (values.empty()) return out;
  Append(out, values.size(), 4);
  Append(out, 1, 4);  // the first index
  for (const T& value : values) {
    const std::string& element = encode(value);
    Append(out, element.size(), 4);
    out += element;
  }
  return out;
}

const std::string& AsItIs(const std::string& value) { return value; }

}  // namespace

PostgresParams& PostgresParams::Int(int64_t value) {
  values_.push_back(BigInt(value));
  return *this;
}

PostgresParams& PostgresParams::Text(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

PostgresParams& PostgresParams::Bytes(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

PostgresParams& PostgresParams::Ints(const std::vector<int64_t>& values) {
  values_.push_back(Array(kInt8, values, BigInt));
  return *this;
}

PostgresParams& PostgresParams::Texts(const std::vector<std::string>& values) {
  values_.push_back(Array(kText, values, AsItIs));
  return *this;
}

PostgresParams& PostgresParams::ByteArray(const std::vector<std::string>& values) {
  values_.push_back(Array(kBytea, values, AsItIs));
  return *this;
}

}  // namespace keyward::store
