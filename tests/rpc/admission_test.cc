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

TEST(AdmissionTest, AdmitsNoMoreBytesThanTheLimit) {
  Admission admission(10, 100);
  EXPECT_TRUE(admission.Enter(60).ok());
  EXPECT_EQ(errors::Reason(admission.Enter(60)), "OVERLOADED");
  admission.Leave(60);
  admission.Leave(60);
  EXPECT_TRUE(admission.Enter(100).ok());
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
  EXPECT_EQ(admission.arrivals(), 2u);
}

}  // namespace
}  // namespace keyward::rpc
