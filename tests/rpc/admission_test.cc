#include "server/rpc/admission.h"

#include <gtest/gtest.h>

#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

TEST(AdmissionTest, AdmitsUpToTheLimitAndAgainWhenOneLeaves) {
  Admission admission(2);
  EXPECT_TRUE(admission.Enter().ok());
  EXPECT_TRUE(admission.Enter().ok());
  EXPECT_EQ(errors::Reason(admission.Enter()), "OVERLOADED");
  admission.Leave();
  admission.Leave();
  EXPECT_TRUE(admission.Enter().ok());
}

TEST(AdmissionTest, RefusesEveryCallOnceDraining) {
  Admission admission(2);
  admission.StartDraining();
  EXPECT_EQ(errors::Reason(admission.Enter()), "DRAINING");
}

TEST(AdmissionTest, CountsWhatIsInFlightAndWhatEverCame) {
  Admission admission(1);
  (void)admission.Enter();
  (void)admission.Enter();
  admission.Leave();
  EXPECT_EQ(admission.in_flight(), 1);
  EXPECT_EQ(admission.arrivals(), 2u);
}

}  // namespace
}  // namespace keyward::rpc
