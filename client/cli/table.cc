#include "client/cli/table.h"

#include <algorithm>
#include <utility>

#include "client/cli/terminal_text.h"

namespace keyward::cli {
namespace {

constexpr std::size_t kGap = 2;

}  // namespace

Table::Table(std::vector<std::string> headings) : widths_(headings.size()) {
  Add(std::move(headings));
}

void Table::Add(std::vector<std::string> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = Harmless(row[i]);
    widths_[i] = std::max(widths_[i], Width(row[i]));
  }
  rows_.push_back(std::move(row));
}

std::string Table::Take() {
  std::string text;
  for (const std::vector<std::string>& row : std::exchange(rows_, {})) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.append(row[i]).append(widths_[i] - Width(row[i]) + kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text.append(text.empty() ? "" : "\n").append(line);
  }
  return text;
}

}  // namespace keyward::cli
