#ifndef KEYWARD_SERVER_STORE_DURABLE_FILE_H_
#define KEYWARD_SERVER_STORE_DURABLE_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace keyward::store {

// Makes durable what a file holds now, whatever became of earlier syncs: every byte is written
// again, as it is, and synced. A sync alone would prove nothing, since the kernel takes pages whose
// write-back failed for clean. Nobody may write to the file meanwhile; reading it is fine. A
// missing file is none to be kept. Errors name the file.
absl::Status RewriteDurably(const std::string& path);

// Makes a file durable that was just written, and of which no sync has failed.
absl::Status SyncFile(const std::string& path);

// Makes the names of the files durable that stand in the same folder as `path`.
absl::Status SyncFolderOf(const std::string& path);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_DURABLE_FILE_H_
