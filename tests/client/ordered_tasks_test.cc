#include "client/cli/ordered_tasks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace keyward::cli {
namespace {

TEST(OrderedTasksTest, ResultsComeInTheOrderInWhichTasksWereAdded) {
  OrderedTasks<int> tasks(4);
  std::promise<void> last_is_done;
  std::thread adder([&] {
    // The first is done after the last of those that may run beside it.
    tasks.Add([&, done = last_is_done.get_future().share()] {
      done.wait();
      return 0;
    });
    for (int i = 1; i < 200; ++i) {
      tasks.Add([&, i] {
        if (i == 3) last_is_done.set_value();
        return i;
      });
    }
    tasks.End();
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(tasks.Take(), i);
  EXPECT_EQ(tasks.Take(), std::nullopt);
  adder.join();
}

TEST(OrderedTasksTest, NoMoreRunThanTheLimit) {
  OrderedTasks<int> tasks(3);
  std::atomic<int> running = 0, most = 0;
  std::thread adder([&] {
    for (int i = 0; i < 300; ++i) {
      tasks.Add([&] {
        const int now = ++running;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        return --running;
      });
    }
    tasks.End();
  });
  int taken = 0;
  while (tasks.Take()) ++taken;
  adder.join();
  EXPECT_EQ(taken, 300);
  EXPECT_LE(most, 3);
}

TEST(OrderedTasksTest, StopEndsTheWaitForRoomAndStartsNothingMore) {
  OrderedTasks<int> tasks(1);
  ASSERT_TRUE(tasks.Add([] { return 1; }));
  std::thread adder([&] {
    EXPECT_FALSE(tasks.Add([] {
      ADD_FAILURE() << "it was started";
      return 2;
    }));
  });
  tasks.Stop();
  adder.join();
  tasks.End();
  EXPECT_EQ(tasks.Take(), 1);
}

TEST(OrderedTasksTest, TheEndOfNoTasksIsTheEnd) {
  OrderedTasks<int> tasks(1);
  std::thread ender([&] { tasks.End(); });
  EXPECT_EQ(tasks.Take(), std::nullopt);
  ender.join();
}

}  // namespace
}  // namespace keyward::cli
