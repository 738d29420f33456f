#include "server/rpc/admission.h"

#include <gtest/gtest.h>

#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

TEST(AdmissionTest, AdmitsUpToTheLimitAndAgainWhenOneLeaves) {
  Admission admission(2, 100);
  EXPECT_TRUE(admission.Enter(1).ok());
  EXPECT_TRUE(admission.Enter(1).ok());
  EXPECT_EQ(errors::Reason(admission.Enter(1)), "OVERLOADED");
  admission.Leave(1);
  admission.Leave(1);
  EXPECT_TRUE(admission.Enter(1).ok());
}

TEST(AdmissionTest, AdmitsNoMoreBytesOfLargeRequestsThanTheLimit) {
  constexpr size_t kLarge = Admission::kLargeBytes;
  Admission admission(10, 3 * kLarge);
  EXPECT_TRUE(admission.Enter(2 * kLarge).ok());
  EXPECT_EQ(errors::Reason(admission.Enter(2 * kLarge)), "OVERLOADED");
  EXPECT_TRUE(admission.Enter(kLarge - 1).ok()) << "a small one does not count";
  admission.Leave(kLarge - 1);
  admission.Leave(2 * kLarge);
  admission.Leave(2 * kLarge);
  EXPECT_TRUE(admission.Enter(3 * kLarge).ok());
}

TEST(AdmissionTest, RefusesEveryCallOnceDraining) {
  Admission admission(2, 100);
  admission.StartDraining();
  EXPECT_EQ(errors::Reason(admission.Enter(1)), "DRAINING");
}

TEST(AdmissionTest, CountsWhatIsInFlightAndWhatEverCame) {
  Admission admission(1, 100);
  (void)admission.Enter(1);
  (void)admission.Enter(1);
  admission.Leave(1);
  EXPECT_EQ(admission.in_flight(), 1);
  EXPECT_EQ(admission.arrivals(), 2);
}

}  // namespace
}  // namespace keyward::rpc
