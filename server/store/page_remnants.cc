#include "server/store/page_remnants.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace keyward::store {
namespace {

// https://www.sqlite.org/fileformat2.html#b_tree_pages
constexpr size_t kFileHeader = 100;
constexpr size_t kFreeBlock = 1;
constexpr size_t kCellCount = 3;
constexpr size_t kContentStart = 5;

size_t Number(std::string_view page, size_t offset) {
  return static_cast<size_t>(static_cast<uint8_t>(page[offset])) << 8 |
         static_cast<uint8_t>(page[offset + 1]);
}

// 0: no page of a table or index.
size_t HeaderSize(char type) {
  switch (type) {
    case 2:
    case 5:
      return 12;  // interior pages
    case 10:
    case 13:
      return 8;  // leaves
    default:
      return 0;
  }
}

// Whether the pointers from `begin` on, to `end`, and the first free block lie where cells do. An
// overflow page that only looks like one of a table fails here.
bool AreCells(std::string_view page, size_t header, size_t begin, size_t end, size_t content) {
  const size_t free_block = Number(page, header + kFreeBlock);
  if (free_block != 0 && (free_block < content || free_block >= page.size())) return false;
  for (size_t pointer = begin; pointer < end; pointer += 2) {
    const size_t cell = Number(page, pointer);
    if (cell < content || cell >= page.size()) return false;
  }
  return true;
}

}  // namespace

std::optional<PagePart> RemnantsIn(std::string_view page, bool is_first) {
  const size_t header = is_first ? kFileHeader : 0;
  const size_t header_size = HeaderSize(page[header]);
  if (header_size == 0) return std::nullopt;
  const size_t pointers = header + header_size;
  const size_t begin = pointers + 2 * Number(page, header + kCellCount);
  // 0 stands for 65536.
  const size_t content = (Number(page, header + kContentStart) + 0xffff) % 0x10000 + 1;
  if (begin > content || content > page.size()) return std::nullopt;
  if (!AreCells(page, header, pointers, begin, content)) return std::nullopt;
  const std::string_view part = page.substr(begin, content - begin);
  if (part.find_first_not_of('\0') == std::string_view::npos) return std::nullopt;
  return PagePart{begin, part.size()};
}

int OverwriteRemnants(sqlite3_file* file, int page_size) {
  constexpr sqlite3_int64 kPagesAtOnce = 256;
  const std::string zeros(static_cast<size_t>(page_size), '\0');
  std::string pages(static_cast<size_t>(page_size * kPagesAtOnce), '\0');
  sqlite3_int64 size = 0;
  int code = file->pMethods->xFileSize(file, &size);
  for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += page_size * kPagesAtOnce) {
    const auto read = std::min(size - at, page_size * kPagesAtOnce);
    code = file->pMethods->xRead(file, pages.data(), static_cast<int>(read), at);
    for (sqlite3_int64 page = 0; code == SQLITE_OK && page + page_size <= read; page += page_size) {
      const auto part = RemnantsIn(
          std::string_view(pages).substr(static_cast<size_t>(page), zeros.size()), at + page == 0);
      if (!part.has_value()) continue;
      code = file->pMethods->xWrite(file, zeros.data(), static_cast<int>(part->size),
                                    at + page + static_cast<sqlite3_int64>(part->offset));
    }
  }
  return code == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_FULL) : code;
}

}  // namespace keyward::store
