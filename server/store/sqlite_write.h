#ifndef KEYWARD_SERVER_STORE_SQLITE_WRITE_H_
#define KEYWARD_SERVER_STORE_SQLITE_WRITE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_writer.h"

namespace keyward::store {

// A call that is written in one transaction with others.
class SqliteWrite {
 public:
  virtual ~SqliteWrite() = default;

  // Within the transaction. UNAVAILABLE where that has to end; what concerns this call alone is
  // kept for its answer.
  virtual absl::Status Run(SqliteWriter& writer) = 0;

  // Whether the caller may take what was stored to be erased from all files.
  virtual bool TellsOfErasure() const { return false; }

  // Tells the caller: what Run kept where `outcome` is OK, else that.
  virtual void Answer(const absl::Status& outcome) = 0;
};

std::unique_ptr<SqliteWrite> CreateWrite(std::vector<NewUser> users,
                                         KeyStore::CreateManyCallback done);
std::unique_ptr<SqliteWrite> UpdateWrite(std::vector<std::string> user_ids, KeyStore::Change change,
                                         KeyStore::UpdateManyCallback done);
std::unique_ptr<SqliteWrite> RetireWrite(std::string kek_id, int64_t micros,
                                         KeyStore::DoneCallback done);
std::unique_ptr<SqliteWrite> NoteWrite(std::string name, std::string text,
                                       KeyStore::DoneCallback done);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_WRITE_H_
