#include "server/keyring/key_list.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "server/keyring/key_list_filter.h"
#include "server/keyring/page_token.h"
#include "server/store/stored_row.h"

namespace keyward::keyring {
namespace {

// Users that the store is asked for at once, where some of them may not match.
constexpr int kMaxRead = 1000;

}  // namespace

// One call, until it is answered.
struct KeyList::Listing {
  std::string filter_text;
  KeyListFilter filter;
  size_t page_size;
  Callback done;
  std::string after;
  int looked = 0;
  KeyPage page;

  // Whether the page goes on behind this user; adds those who match.
  bool Take(store::UserKeys user) {
    const bool is_past = filter.user_id && !user.user_id.starts_with(*filter.user_id);
    if (is_past) return false;
    ++looked;
    after = user.user_id;
    if (filter.Matches(user)) page.users.push_back(std::move(user));
    return true;
  }
  // How many users the store is asked for next.
  int to_read() const {
    const bool each_matches = !filter.state && !filter.kek_id;
    return each_matches ? static_cast<int>(page_size - page.users.size()) : kMaxRead;
  }
  bool full() const { return page.users.size() == page_size || looked >= kMaxLooked; }

  void End() { done(std::move(page)); }
  void EndWithMore() {
    page.next_page_token = MakePageToken(filter_text, after);
    End();
  }
};

void KeyList::List(uint32_t page_size, const std::string& page_token, std::string filter,
                   Callback done) {
  auto parsed = ParseKeyListFilter(filter);
  if (!parsed.ok()) return done(parsed.status());
  std::string after;
  if (!page_token.empty()) {
    auto last = ParsePageToken(filter, page_token);
    if (!last.ok()) return done(last.status());
    after = *std::move(last);
  }
  const uint32_t size = page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);
  auto listing = std::make_unique<Listing>(Listing{.filter_text = std::move(filter),
                                                   .filter = *std::move(parsed),
                                                   .page_size = size,
                                                   .done = std::move(done),
                                                   .after = std::move(after),
                                                   .page = {}});
  if (listing->filter.user_id && listing->after.empty()) return StartAt(std::move(listing));
  Continue(std::move(listing));
}

void KeyList::StartAt(std::unique_ptr<Listing> listing) {
  std::string user_id = *listing->filter.user_id;
  store_.Find(std::move(user_id), [this, listing = std::move(listing)](auto found) mutable {
    if (absl::IsDataLoss(found.status())) return StartAtDamaged(std::move(listing));
    GoOn(std::move(listing), std::move(found));
  });
}

void KeyList::StartAtDamaged(std::unique_ptr<Listing> listing) {
  std::string user_id = *listing->filter.user_id;
  store_.FindAsStored(std::move(user_id), [this, listing = std::move(listing)](auto found) mutable {
    if (found.ok()) store::DropImpossibleKeys(*found);
    GoOn(std::move(listing), std::move(found));
  });
}

void KeyList::GoOn(std::unique_ptr<Listing> listing, absl::StatusOr<store::UserKeys> found) {
  if (!found.ok() && !absl::IsNotFound(found.status())) return listing->done(found.status());
  if (found.ok()) listing->Take(*std::move(found));
  if (!listing->filter.user_id_is_prefix) return listing->End();
  listing->after = *listing->filter.user_id;
  if (listing->full()) return listing->EndWithMore();
  Continue(std::move(listing));
}

void KeyList::Continue(std::unique_ptr<Listing> listing) {
  std::string after = listing->after;
  const int to_read = listing->to_read();
  store_.Page(std::move(after), to_read, [this, listing = std::move(listing)](auto users) mutable {
    if (!users.ok()) return listing->done(users.status());
    if (users->empty()) return listing->End();
    for (store::UserKeys& user : *users) {
      if (!listing->Take(std::move(user))) return listing->End();
      if (listing->full()) return listing->EndWithMore();
    }
    Continue(std::move(listing));
  });
}

}  // namespace keyward::keyring
