#ifndef KEYWARD_SERVER_STORE_PAGE_REMNANTS_H_
#define KEYWARD_SERVER_STORE_PAGE_REMNANTS_H_

#include <cstddef>
#include <optional>
#include <string_view>

struct sqlite3_file;

namespace keyward::store {

// SQLite overwrites the cells that it frees (secure_delete). When it spreads cells over
// neighbouring pages anew, though, copies of those that went elsewhere can stay in what is then the
// free part of a page, and are never overwritten. That part means nothing to SQLite.
struct PagePart {
  size_t offset = 0;
  size_t size = 0;
};

// The free part of a page of a table or index, between the pointers to its cells and the cells,
// where it holds anything but zeros. `is_first`: of the file's first page, which begins with the
// file's header.
std::optional<PagePart> RemnantsIn(std::string_view page, bool is_first);

// Overwrites the remnants in all pages of a database, and syncs it. Nobody may write to the file
// meanwhile. Answers one of SQLite's codes.
int OverwriteRemnants(sqlite3_file* file, int page_size);

// The name of a VFS that writes a database's pages without remnants, on top of the default one.
const char* RemnantFreeVfs();

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_PAGE_REMNANTS_H_
