#ifndef KEYWARD_CLIENT_CLI_LEGACY_COMPARISON_H_
#define KEYWARD_CLIENT_CLI_LEGACY_COMPARISON_H_

#include <string_view>

#include "server/store/key_store.h"
#include "server/store/legacy_transcoder.h"

namespace keyward::cli {

// kUnreadable: the row's key, or the stored ones, open under no loaded KEK. kDestroyed: the store
// has erased the user's key, which beats any row.
enum class LegacyMatch { kSameKey, kOtherKey, kDestroyed, kUnreadable };

// Whether one of the stored versions holds the row's key. Both are the same user's.
LegacyMatch Compare(const store::LegacyTranscoder& transcoder, const store::LegacyRow& row,
                    const store::UserKeys& stored);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LEGACY_COMPARISON_H_
