#include "host/formats/files/own_process.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <iterator>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/error.hpp"

namespace gramian::host {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<std::string> ask(const std::function<std::string(const OwnProcess&)>& work,
                               const Progress& progress = {}) {
  return in_own_process("x.h5", work, progress);
}

int64_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

[[noreturn]] void spin() {
  for (volatile bool forever = true; forever;) {
  }
  std::abort();
}

/// Memory that forks share.
struct Shared {
  Shared()
      : number(*new (::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                            0)) std::atomic<int>(0)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { ::munmap(&number, sizeof number); }
  std::atomic<int>& number;
};

template <class Kind>
std::string thrown(const std::function<std::string(const OwnProcess&)>& work) {
  try {
    ask(work);
  } catch (const Kind& error) {
    return error.what();
  }
  return "nothing of that kind";
}

TEST(OwnProcess, Answers) {
  const int here = ::getpid();
  EXPECT_EQ(ask([](const OwnProcess&) { return std::string("a\0b", 3); }), std::string("a\0b", 3));
  EXPECT_EQ(ask([](const OwnProcess&) { return std::string(); }), "");
  EXPECT_NE(ask([](const OwnProcess&) { return std::to_string(::getpid()); }), std::to_string(here));
}

TEST(OwnProcess, AnswersManyBytes) {
  std::string much(size_t{48} << 20, 'x');
  for (size_t i = 0; i < much.size(); i += 4099) much[i] = static_cast<char>(i);
  EXPECT_TRUE(ask([&](const OwnProcess&) { return much; }) == much);
}

TEST(OwnProcess, WhatItThrowsIsThrown) {
  using Work = const OwnProcess&;
  EXPECT_EQ(thrown<InvalidInput>([](Work) -> std::string { throw InvalidInput("x: damaged"); }), "x: damaged");
  EXPECT_EQ(thrown<Unsupported>([](Work) -> std::string { throw Unsupported("none"); }), "none");
  EXPECT_EQ(thrown<OutOfMemory>([](Work) -> std::string { throw OutOfMemory("much"); }), "much");
  EXPECT_EQ(thrown<OutOfMemory>([](Work) -> std::string { throw std::bad_alloc(); }), "memory ran out");
  EXPECT_EQ(thrown<Interrupted>([](Work) -> std::string { throw Interrupted("stop"); }), "stop");
  EXPECT_EQ(thrown<InvalidInput>([](Work) -> std::string { throw InvalidInput("a\nb"); }), "a\\x0ab") << "one line";
}

TEST(OwnProcess, NothingItDoesHurts) {
  using Work = const OwnProcess&;
  const auto access = [](Work) {
    int* volatile nowhere = nullptr;
    ::kill(::getpid(), *nowhere);
    return std::string("alive");
  };
  EXPECT_EQ(ask(access), std::nullopt);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM, SIGXCPU}) {
    const auto raise = [&](Work) {
      std::raise(number);
      return std::string("alive");
    };
    EXPECT_EQ(ask(raise), std::nullopt) << number;
  }
  EXPECT_EQ(ask([](Work) -> std::string { std::abort(); }), std::nullopt);
  EXPECT_EQ(ask([](Work) -> std::string { ::_exit(0); }), std::nullopt);
  EXPECT_EQ(ask([](Work) -> std::string { throw std::logic_error("none of ours"); }), std::nullopt);
  EXPECT_EQ(ask([](Work) -> std::string { throw 1; }), std::nullopt);
}

TEST(OwnProcess, OneThatTheSystemKillsLacksMemory) {
  const std::string error = thrown<OutOfMemory>([](const OwnProcess&) {
    std::raise(SIGKILL);
    return std::string();
  });
  EXPECT_TRUE(error.starts_with("x.h5: ")) << error;
}

TEST(OwnProcess, SignalsToTheGroupAreAnsweredByWhoeverWaits) {
  using Handler = void (*)(int);
  const Handler before = std::signal(SIGTERM, [](int) { ::_exit(9); });
  const auto work = [](const OwnProcess&) {
    for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) std::raise(number);
    return std::string("alive");
  };
  EXPECT_EQ(ask(work), "alive");
  std::signal(SIGTERM, before);
}

TEST(OwnProcess, HasNoDescriptorOfOurs) {
  // The standard streams, the pipe, and the folder that is listed.
  EXPECT_EQ(ask([](const OwnProcess&) { return std::to_string(open_descriptors()); }), "5");
  const auto stream = [](const OwnProcess&) { return std::filesystem::read_symlink("/proc/self/fd/2").string(); };
  EXPECT_EQ(ask(stream), "/dev/null");
}

TEST(OwnProcess, NonsenseInThePipeIsNoAnswer) {
  for (const std::string& bytes : {std::string(64, '\xff'), std::string(64, '\0'), std::string("\1"),
                                   std::string("\1\xff\xff\xff\xff\xff\xff\xff\x7fx")}) {
    const auto babble = [&](const OwnProcess&) {
      for (int pipe = 3; pipe < 1024; ++pipe) static_cast<void>(::write(pipe, bytes.data(), bytes.size()) < 0);
      return std::string("an answer");
    };
    EXPECT_EQ(ask(babble), std::nullopt);
  }
}

TEST(OwnProcess, ReportsReachWhoeverWaits) {
  std::vector<int64_t> heard;
  const Progress progress{[&](int64_t done, int64_t total) {
                            heard.push_back(done);
                            heard.push_back(total);
                          },
                          {}};
  const auto work = [](const OwnProcess& process) {
    process.report(1, 3);
    process.report(3, 3);
    return std::string("done");
  };
  EXPECT_EQ(ask(work, progress), "done");
  EXPECT_EQ(heard, (std::vector<int64_t>{1, 3, 3, 3}));
  for (const int64_t wrong : {0, 1, 4, -1}) {
    const auto lie = [&](const OwnProcess& process) {
      process.report(1, 3);
      process.report(wrong, 3);
      return std::string("done");
    };
    EXPECT_EQ(ask(lie, progress), std::nullopt) << wrong;
  }
}

TEST(OwnProcess, OneThatNeverEndsIsCancelledAtOnce) {
  const auto begin = Clock::now();
  const Progress progress{{}, [&] { return Clock::now() - begin > std::chrono::milliseconds(200); }};
  EXPECT_THROW(ask([](const OwnProcess&) -> std::string { spin(); }, progress), Interrupted);
  EXPECT_LT(Clock::now() - begin, std::chrono::milliseconds(700));
  EXPECT_FALSE(has_children());
}

TEST(OwnProcess, OneThatTakesLongerThanItMayIsGivenUp) {
  const auto work = [](const OwnProcess& process) -> std::string {
    process.allow(0);
    spin();
  };
  EXPECT_EQ(ask(work), std::nullopt);
  const auto asks_again = [](const OwnProcess& process) {
    process.allow(0);
    process.allow(1000);
    const auto until = std::clock() + 5 * CLOCKS_PER_SEC / 2;
    while (std::clock() < until) {
    }
    return std::string("done");
  };
  EXPECT_EQ(ask(asks_again), "done");
}

TEST(OwnProcess, WritesToSharedMappingsAlone) {
  const Shared shared;
  int own = 1;
  const auto work = [&](const OwnProcess&) {
    shared.number = 7;
    own = 7;
    return std::to_string(own);
  };
  EXPECT_EQ(ask(work), "7");
  EXPECT_EQ(shared.number, 7);
  EXPECT_EQ(own, 1);
}

TEST(OwnProcess, LeavesNoZombieAndNoDescriptor) {
  const int64_t before = open_descriptors();
  for (int call = 0; call < 100; ++call) {
    const auto work = [&](const OwnProcess&) -> std::string {
      if (call % 3 == 0) std::abort();
      if (call % 3 == 1) throw InvalidInput("x");
      return "done";
    };
    try {
      EXPECT_EQ(ask(work).has_value(), call % 3 == 2);
    } catch (const InvalidInput&) {
      EXPECT_EQ(call % 3, 1);
    }
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST(OwnProcess, WorksWhereChildrenAreNotWaitedFor) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(ask([](const OwnProcess&) { return std::string("done"); }), "done");
  EXPECT_EQ(ask([](const OwnProcess&) -> std::string { std::abort(); }), std::nullopt);
  std::signal(SIGCHLD, [](int) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  });
  EXPECT_EQ(ask([](const OwnProcess&) { return std::string("done"); }), "done");
  EXPECT_EQ(ask([](const OwnProcess&) -> std::string { std::abort(); }), std::nullopt);
  std::signal(SIGCHLD, before);
}

// In a process of its own, whose limits are no one else's.
TEST(OwnProcess, OneThatCannotBeStartedSaysSo) {
  constexpr rlimit kNone{0, 0};
  const std::string error = thrown<OutOfMemory>([&](const OwnProcess&) {
    ::setrlimit(RLIMIT_NPROC, &kNone);
    constexpr uid_t kNobody = 65534;
    if (::getuid() == 0 && ::setuid(kNobody) != 0) return std::string();  // root has no such limit
    return *ask([](const OwnProcess&) { return std::string("started"); });
  });
  EXPECT_TRUE(error.starts_with("x.h5: no process can be started")) << error;
}

TEST(OwnProcess, EndsWithWhoeverWaits) {
  const Shared shared;
  const auto count = [&](const OwnProcess&) -> std::string {
    for (;;) ++shared.number;
  };
  const Progress until_it_counts{{}, [&] { return shared.number > 0; }};
  EXPECT_THROW(ask([&](const OwnProcess&) { return ask(count).value_or(""); }, until_it_counts), Interrupted);
  int last = -1;
  for (int wait = 0; wait < 100 && last != shared.number; ++wait) {
    last = shared.number;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(last, shared.number);
}

TEST(OwnProcess, ServesSeveralThreadsAtOnce) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < 25; ++call) {
        const std::string expected(static_cast<size_t>(1000 * thread + call), 'x');
        const auto answer = ask([&](const OwnProcess&) -> std::string {
          if (call % 5 == 0) std::abort();
          return expected;
        });
        if (call % 5 == 0 ? answer.has_value() : answer != expected) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gramian::host
