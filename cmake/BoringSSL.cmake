# BoringSSL's libcrypto as a static library with hidden symbols: target boringssl_crypto.
#
# KEYWARD_BORINGSSL names its unpacked source tree, or the pinned tarball of it; unless told otherwise
# it is what script/bootstrap put into the cache. Only server/crypto links it.
set(KEYWARD_BORINGSSL "" CACHE PATH "BoringSSL's source tree, or the pinned tarball of it")

set(boringssl_pin ${CMAKE_CURRENT_LIST_DIR}/boringssl.sha256)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${boringssl_pin})
file(STRINGS ${boringssl_pin} boringssl_sha256)
string(REGEX MATCH "^[0-9a-f]+" boringssl_sha256 "${boringssl_sha256}")

if(NOT KEYWARD_BORINGSSL)
  if(NOT "$ENV{KEYWARD_CACHE_DIR}" STREQUAL "")
    set(keyward_cache $ENV{KEYWARD_CACHE_DIR})
  elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(keyward_cache $ENV{XDG_CACHE_HOME}/keyward)
  else()
    set(keyward_cache $ENV{HOME}/.cache/keyward)
  endif()
  set(boringssl_root ${keyward_cache}/boringssl/${boringssl_sha256})
elseif(IS_DIRECTORY ${KEYWARD_BORINGSSL})
  set(boringssl_root ${KEYWARD_BORINGSSL})
else()
  file(SHA256 ${KEYWARD_BORINGSSL} boringssl_actual)
  if(NOT boringssl_actual STREQUAL boringssl_sha256)
    message(FATAL_ERROR "'${KEYWARD_BORINGSSL}' has SHA-256 ${boringssl_actual}, not the pinned "
                        "${boringssl_sha256}: fetch it anew")
  endif()
  set(boringssl_unpacked ${PROJECT_BINARY_DIR}/boringssl-${boringssl_sha256})
  if(NOT EXISTS ${boringssl_unpacked})
    file(ARCHIVE_EXTRACT INPUT ${KEYWARD_BORINGSSL} DESTINATION ${boringssl_unpacked})
  endif()
  file(GLOB boringssl_list ${boringssl_unpacked}/*/android-sources.cmake)
  cmake_path(GET boringssl_list PARENT_PATH boringssl_root)
endif()
if(NOT EXISTS ${boringssl_root}/android-sources.cmake)
  message(FATAL_ERROR "BoringSSL's source is not in '${boringssl_root}': run script/bootstrap, or pass "
                      "-DKEYWARD_BORINGSSL=<source tree or tarball>")
endif()

set(BORINGSSL_ROOT ${boringssl_root}/)
include(${BORINGSSL_ROOT}android-sources.cmake)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(boringssl_assembly ${crypto_sources_linux_x86_64})
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(boringssl_assembly ${crypto_sources_linux_aarch64})
else()
  message(FATAL_ERROR "no BoringSSL assembly for ${CMAKE_SYSTEM_PROCESSOR}: x86_64 and aarch64 are supported")
endif()

add_library(boringssl_crypto STATIC EXCLUDE_FROM_ALL ${crypto_sources} ${boringssl_assembly})
target_include_directories(boringssl_crypto SYSTEM BEFORE PUBLIC ${BORINGSSL_ROOT}src/include)
set_target_properties(boringssl_crypto PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF)
target_compile_definitions(boringssl_crypto PRIVATE
  BORINGSSL_IMPLEMENTATION _XOPEN_SOURCE=700 $<$<NOT:$<CONFIG:Debug>>:NDEBUG>)
target_compile_options(boringssl_crypto PRIVATE -fvisibility=hidden -fno-common -w
  $<$<CONFIG:Release>:-ffile-prefix-map=${boringssl_root}=boringssl>)
