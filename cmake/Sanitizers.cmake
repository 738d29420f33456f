# KEYWARD_SANITIZER: "address" (with undefined behaviour), "thread", or empty. It holds for the whole
# build, BoringSSL included, since sanitized and plain objects do not mix well.
set(KEYWARD_SANITIZER "" CACHE STRING "address, thread or empty")
if(KEYWARD_SANITIZER STREQUAL "address")
  set(KEYWARD_SANITIZER_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(KEYWARD_SANITIZER STREQUAL "thread")
  set(KEYWARD_SANITIZER_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
elseif(KEYWARD_SANITIZER)
  message(FATAL_ERROR "KEYWARD_SANITIZER is '${KEYWARD_SANITIZER}'; it takes address or thread")
endif()
# What libFuzzer steers by: each branch of everything counts.
option(KEYWARD_FUZZ "Build the fuzz targets with libFuzzer; needs clang" OFF)
if(KEYWARD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_options(${KEYWARD_SANITIZER_FLAGS})
add_link_options(${KEYWARD_SANITIZER_FLAGS})
