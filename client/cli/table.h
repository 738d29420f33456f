#ifndef KEYWARD_CLIENT_CLI_TABLE_H_
#define KEYWARD_CLIENT_CLI_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace keyward::cli {

// Rows in aligned columns, for people. It may be taken in parts, as rows come: a column is as wide
// as its widest text so far. What could steer a terminal is left out.
class Table {
 public:
  // The first row.
  explicit Table(std::vector<std::string> headings);

  void Add(std::vector<std::string> row);
  // The rows since the last time, without a newline at their end.
  std::string Take();

 private:
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_TABLE_H_
