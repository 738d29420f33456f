#include "server/store/legacy_sync.h"

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

constexpr int kPageSize = 500;
constexpr size_t kNamedUsers = 10;

// Reads something that comes in pages, ordered by user id, one item at a time.
template <typename Item>
class Pages {
 public:
  using Fetch = std::function<absl::StatusOr<std::vector<Item>>(const std::string& after)>;

  explicit Pages(Fetch fetch) : fetch_(std::move(fetch)) {}

  // The item at hand; null at the end.
  absl::StatusOr<const Item*> Peek() {
    if (next_ == page_.size() && !last_page_) {
      absl::StatusOr<std::vector<Item>> page = fetch_(after_);
      if (!page.ok()) return page.status();
      page_ = *std::move(page);
      next_ = 0;
      last_page_ = page_.empty();
      if (!last_page_) after_ = page_.back().user_id;
    }
    return next_ < page_.size() ? &page_[next_] : nullptr;
  }
  void Advance() { ++next_; }

 private:
  const Fetch fetch_;
  std::string after_;
  std::vector<Item> page_;
  size_t next_ = 0;
  bool last_page_ = false;
};

const KeyVersion* PrimaryOf(const UserKeys& user) {
  const auto primary =
      std::find_if(user.versions.begin(), user.versions.end(),
                   [&](const KeyVersion& key) { return key.version == user.primary_version; });
  return primary == user.versions.end() ? nullptr : &*primary;
}

class Sync {
 public:
  Sync(LegacyDatabase& legacy, KeyStore& store, const LegacyTranscoder& transcoder)
      : legacy_(legacy), store_(store), transcoder_(transcoder) {}

  absl::StatusOr<LegacySyncReport> Run();

 private:
  struct Import {
    LegacyRow row;
    std::future<absl::StatusOr<Created>> created;
  };

  absl::Status FlushWhenFull(size_t full);
  absl::Status FlushImports();
  absl::Status FlushExports();
  absl::Status FlushRemovals();
  void StartImport(const LegacyRow& row);
  void AddExport(const UserKeys& user);
  void Compare(const LegacyRow& row, const UserKeys& user);

  LegacyDatabase& legacy_;
  KeyStore& store_;
  const LegacyTranscoder& transcoder_;
  LegacySyncReport report_;
  std::vector<Import> imports_;  // on their way into the store, all in few commits
  std::vector<std::string> removals_;
  std::vector<LegacyRow> exports_;
  std::vector<UserKeys> exported_;  // whose rows those are
};

absl::StatusOr<LegacySyncReport> Sync::Run() {
  Pages<LegacyRow> rows(
      [this](const std::string& after) { return legacy_.Page(after, kPageSize); });
  Pages<UserKeys> users([this](const std::string& after) {
    auto page = std::make_shared<std::promise<absl::StatusOr<std::vector<UserKeys>>>>();
    store_.Page(after, kPageSize, [page](auto result) { page->set_value(std::move(result)); });
    return page->get_future().get();
  });
  while (true) {
    const absl::StatusOr<const LegacyRow*> row = rows.Peek();
    if (!row.ok()) return row.status();
    const absl::StatusOr<const UserKeys*> user = users.Peek();
    if (!user.ok()) return user.status();
    if (*row == nullptr && *user == nullptr) break;
    const bool take_row = *user == nullptr || (*row && (*row)->user_id <= (*user)->user_id);
    const bool take_user = *row == nullptr || (*user && (*user)->user_id <= (*row)->user_id);
    if (take_row && take_user) {
      Compare(**row, **user);
    } else if (take_row) {
      StartImport(**row);
    } else {
      AddExport(**user);
    }
    if (take_row) rows.Advance();
    if (take_user) users.Advance();
    if (absl::Status flushed = FlushWhenFull(kPageSize); !flushed.ok()) return flushed;
  }
  if (absl::Status flushed = FlushWhenFull(1); !flushed.ok()) return flushed;
  return std::move(report_);
}

absl::Status Sync::FlushWhenFull(size_t full) {
  if (imports_.size() >= full) {
    if (absl::Status flushed = FlushImports(); !flushed.ok()) return flushed;
  }
  if (exports_.size() >= full) {
    if (absl::Status flushed = FlushExports(); !flushed.ok()) return flushed;
  }
  return removals_.size() >= full ? FlushRemovals() : absl::OkStatus();
}

void Sync::StartImport(const LegacyRow& row) {
  absl::StatusOr<KeyVersion> key = transcoder_.Import(row);
  if (!key.ok()) return report_.unreadable.Add(row.user_id);
  auto created = std::make_shared<std::promise<absl::StatusOr<Created>>>();
  imports_.push_back({row, created->get_future()});
  store_.Create(row.user_id, *std::move(key),
                [created](auto result) { created->set_value(std::move(result)); });
}

absl::Status Sync::FlushImports() {
  absl::Status unavailable;
  for (Import& import : imports_) {
    absl::StatusOr<Created> created = import.created.get();
    if (absl::IsUnavailable(created.status())) {
      unavailable = created.status();
    } else if (!created.ok()) {
      report_.unreadable.Add(import.row.user_id);
    } else if (created->created) {
      ++report_.imported;
    } else {
      Compare(import.row, created->keys);
    }
  }
  imports_.clear();
  return unavailable;
}

void Sync::AddExport(const UserKeys& user) {
  const KeyVersion* primary = PrimaryOf(user);
  if (user.state != UserState::kActive) return;
  if (primary == nullptr) return report_.unreadable.Add(user.user_id);
  if (primary->state != VersionState::kEnabled) return;
  absl::StatusOr<LegacyRow> row = transcoder_.Export(user.user_id, *primary);
  if (!row.ok()) return report_.unreadable.Add(user.user_id);
  exports_.push_back(*std::move(row));
  exported_.push_back(user);
}

absl::Status Sync::FlushExports() {
  const absl::StatusOr<std::vector<LegacyInsert>> inserts = legacy_.InsertOrGet(exports_);
  if (!inserts.ok()) return inserts.status();
  for (size_t i = 0; i < inserts->size(); ++i) {
    const LegacyInsert& insert = (*inserts)[i];
    if (insert.inserted) {
      ++report_.exported;
    } else {
      Compare(insert.row, exported_[i]);  // the module came in between
    }
  }
  exports_.clear();
  exported_.clear();
  return absl::OkStatus();
}

absl::Status Sync::FlushRemovals() {
  if (absl::Status removed = legacy_.Remove(removals_); !removed.ok()) return removed;
  report_.removed += static_cast<int64_t>(removals_.size());
  removals_.clear();
  return absl::OkStatus();
}

void Sync::Compare(const LegacyRow& row, const UserKeys& user) {
  if (IsTombstone(user)) return removals_.push_back(row.user_id);
  const KeyVersion* primary = PrimaryOf(user);
  if (primary == nullptr) return report_.unreadable.Add(row.user_id);
  const absl::StatusOr<bool> same = transcoder_.SameKey(row, *primary);
  if (!same.ok()) return report_.unreadable.Add(row.user_id);
  if (!*same) return report_.conflicting.Add(row.user_id);
  ++report_.already_there;
}

}  // namespace

void UserTally::Add(const std::string& user_id) {
  ++count;
  if (first.size() < kNamedUsers) first.push_back(user_id);
}

absl::StatusOr<LegacySyncReport> SyncLegacy(LegacyDatabase& legacy, KeyStore& store,
                                            const LegacyTranscoder& transcoder) {
  return Sync(legacy, store, transcoder).Run();
}

}  // namespace keyward::store
