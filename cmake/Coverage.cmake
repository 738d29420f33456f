# KEYWARD_COVERAGE: counts which lines and branches of our C++ run; script/coverage reads the counts.
# BoringSSL is C, and left alone. The counters are atomic, since threads share them.
option(KEYWARD_COVERAGE "Count the lines and branches that run" OFF)
if(KEYWARD_COVERAGE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:--coverage> $<$<COMPILE_LANGUAGE:CXX>:-fprofile-update=atomic>)
  add_link_options(--coverage)
endif()
