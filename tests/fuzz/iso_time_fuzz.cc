#include "server/keyring/iso_time.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
  const auto time = keyward::keyring::ParseIsoTime(keyward::AsText(data, size));
  if (!time) return 0;
  Promise(*time != absl::InfiniteFuture() && *time != absl::InfinitePast(), "a time is finite");
  const absl::Time micros = absl::FromUnixMicros(absl::ToUnixMicros(*time));
  Promise(*time - micros < absl::Microseconds(1), "a time fits into microseconds");
  // An offset may lead out of the four-digit years at either end.
  const int64_t year = absl::ToCivilYear(micros, absl::UTCTimeZone()).year();
  if (year < 1000 || year > 9999) return 0;
  Promise(keyward::keyring::ParseIsoTime(keyward::keyring::FormatIsoTime(micros)) == micros,
          "what is written is read back");
  return 0;
}
