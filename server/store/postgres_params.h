#ifndef KEYWARD_SERVER_STORE_POSTGRES_PARAMS_H_
#define KEYWARD_SERVER_STORE_POSTGRES_PARAMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keyward::store {

// The parameters of a statement in PostgreSQL's binary format, in the order of $1, $2, …; the
// statement must give them the types that are named here.
class PostgresParams {
 public:
  PostgresParams& Int(int64_t value);                                 // bigint
  PostgresParams& Text(std::string_view value);                       // text
  PostgresParams& Bytes(std::string_view value);                      // bytea
  PostgresParams& Ints(const std::vector<int64_t>& values);           // bigint[]
  PostgresParams& Texts(const std::vector<std::string>& values);      // text[]
  PostgresParams& ByteArray(const std::vector<std::string>& values);  // bytea[]

  const std::vector<std::string>& values() const { return values_; }

 private:
  std::vector<std::string> values_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_PARAMS_H_
