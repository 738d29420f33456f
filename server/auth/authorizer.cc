#include "server/auth/authorizer.h"

#include <optional>
#include <utility>

#include "absl/hash/hash.h"

namespace keyward::auth {
namespace {

// A call that is under way holds a copy.
bool IsInUse(const Standing& standing) {
  return standing.access.use_count() > 1 || standing.limiter.use_count() > 1;
}

}  // namespace

Authorizer::Authorizer(Policy policy) : policy_(std::move(policy)) {}

Standing Authorizer::StandingOf(const Principal& principal, int64_t now) {
  const std::string& name = principal.text();
  Shard& shard = shards_[absl::HashOf(name) % shards_.size()];
  const uint64_t generation = generation_.load(std::memory_order_acquire);
  const sync::MutexLock lock(shard.mutex);
  auto found = shard.known.find(name);
  if (found == shard.known.end()) {
    if (shard.known.size() >= kMaxPrincipals / shards_.size()) MakeRoom(shard.known, now);
    found = shard.known.try_emplace(name).first;
  }
  Known& known = found->second;
  if (known.generation < generation) Judge(principal, known);
  return known.standing;
}

void Authorizer::Use(Policy policy) {
  const sync::MutexLock lock(policy_mutex_);
  policy_ = std::move(policy);
  generation_.fetch_add(1, std::memory_order_release);
}

Authorizer::Present Authorizer::PresentPolicy() const {
  const sync::MutexLock lock(policy_mutex_);
  return {generation_.load(std::memory_order_relaxed), policy_};
}

void Authorizer::Judge(const Principal& principal, Known& known) const {
  const Present present = PresentPolicy();
  Standing& standing = known.standing;
  standing.access = std::make_shared<const Access>(present.policy.AccessOf(principal));
  const std::optional<RateLimit> limit = present.policy.LimitOf(principal);
  if (!limit) {
    standing.limiter = nullptr;
  } else if (standing.limiter == nullptr) {
    standing.limiter = std::make_shared<RateLimiter>(*limit);
  } else {
    standing.limiter->Change(*limit);
  }
  known.generation = present.generation;
}

void Authorizer::MakeRoom(absl::flat_hash_map<std::string, Known>& known, int64_t now) {
  const size_t before = known.size();
  const auto forget = [&](const auto& may_go) {
    for (auto each = known.begin(); each != known.end();) {
      const Standing& standing = each->second.standing;
      if (!IsInUse(standing) && may_go(standing)) {
        known.erase(each++);
      } else {
        ++each;
      }
    }
  };
  forget([&](const Standing& standing) {
    return standing.limiter == nullptr || standing.limiter->IsFresh(now);
  });
  if (known.size() == before) forget([](const Standing&) { return true; });
}

}  // namespace keyward::auth
