# keyward::warnings: the warnings that our own code is held to; each is an error.
# (A designated initializer that leaves a field to its default is no mistake.)
add_library(keyward_warnings INTERFACE)
add_library(keyward::warnings ALIAS keyward_warnings)
target_compile_options(keyward_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Wthread-safety -Werror=thread-safety>)
if(KEYWARD_SANITIZER STREQUAL "thread")
  # The standard library's headers use std::atomic_thread_fence, which TSan does not model.
  target_compile_options(keyward_warnings INTERFACE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-tsan>)
endif()
