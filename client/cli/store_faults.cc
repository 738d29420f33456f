#include "client/cli/store_faults.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/json.h"
#include "client/cli/table.h"

namespace keyward::cli {
namespace {

using client::StoreFault;

void AppendText(std::string* out, const std::string& text) { absl::StrAppend(out, JsonText(text)); }

}  // namespace

std::string FaultArray(const std::vector<StoreFault>& faults) {
  const std::string items =
      absl::StrJoin(faults, ",", [](std::string* out, const StoreFault& fault) {
        const std::string users = absl::StrJoin(fault.user_ids, ",", AppendText);
        absl::StrAppend(out, JsonObject()
                                 .Text("reason", fault.fault)
                                 .Number("count", fault.count)
                                 .Json("user_ids", absl::StrCat("[", users, "]"))
                                 .Line());
      });
  return absl::StrCat("[", items, "]");
}

std::string FaultTable(const std::vector<StoreFault>& faults) {
  Table table({"FAULT", "KEYS", "USERS"});
  for (const StoreFault& fault : faults) {
    table.Add({fault.fault, absl::StrCat(fault.count), absl::StrJoin(fault.user_ids, " ")});
  }
  return table.Take();
}

}  // namespace keyward::cli
