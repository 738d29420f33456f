# Third-party libraries, all from the distribution's packages (BoringSSL has a file of its own).
find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
if(KEYWARD_BUILD_SERVER OR KEYWARD_BUILD_CLIENT)
  # Newer releases have a configuration of their own, which gRPC's asks for; CMake's own module would clash with it.
  find_package(Protobuf CONFIG QUIET)
  if(NOT Protobuf_FOUND)
    find_package(Protobuf REQUIRED)
  endif()
  # gRPC's configuration would ask pkg-config for re2, which takes half a minute on Debian 13.
  find_library(KEYWARD_RE2 re2)
  if(KEYWARD_RE2 AND NOT TARGET re2::re2)
    add_library(re2::re2 UNKNOWN IMPORTED)
    set_target_properties(re2::re2 PROPERTIES IMPORTED_LOCATION ${KEYWARD_RE2})
    set(re2_FOUND TRUE)
  endif()
  find_package(gRPC CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
endif()
if(KEYWARD_BUILD_SERVER)
  find_package(spdlog CONFIG REQUIRED)
  find_package(prometheus-cpp CONFIG REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(PostgreSQL REQUIRED)
  # Debian has it from 13 on. Its configuration is not asked: it wants all that any of its exporters needs.
  find_package(opentelemetry-cpp CONFIG QUIET)
  set(KEYWARD_HAS_OTLP ${opentelemetry-cpp_FOUND})
  # It has no configuration for CMake.
  find_path(KEYWARD_SECCOMP_INCLUDE seccomp.h REQUIRED)
  find_library(KEYWARD_SECCOMP seccomp REQUIRED)
  add_library(libseccomp::libseccomp UNKNOWN IMPORTED)
  set_target_properties(libseccomp::libseccomp PROPERTIES
    IMPORTED_LOCATION ${KEYWARD_SECCOMP} INTERFACE_INCLUDE_DIRECTORIES ${KEYWARD_SECCOMP_INCLUDE})
  # Nor has this.
  find_path(KEYWARD_JEMALLOC_INCLUDE jemalloc/jemalloc.h REQUIRED)
  find_library(KEYWARD_JEMALLOC jemalloc REQUIRED)
  add_library(jemalloc::jemalloc UNKNOWN IMPORTED)
  set_target_properties(jemalloc::jemalloc PROPERTIES
    IMPORTED_LOCATION ${KEYWARD_JEMALLOC} INTERFACE_INCLUDE_DIRECTORIES ${KEYWARD_JEMALLOC_INCLUDE})
endif()
if(KEYWARD_BUILD_CLIENT)
  # Nor has this, before its release 1.0.
  find_path(KEYWARD_HIREDIS_INCLUDE hiredis/hiredis.h REQUIRED)
  find_library(KEYWARD_HIREDIS hiredis REQUIRED)
  add_library(hiredis::hiredis UNKNOWN IMPORTED)
  set_target_properties(hiredis::hiredis PROPERTIES
    IMPORTED_LOCATION ${KEYWARD_HIREDIS} INTERFACE_INCLUDE_DIRECTORIES ${KEYWARD_HIREDIS_INCLUDE})
endif()
if(KEYWARD_BUILD_BENCH)
  find_package(benchmark CONFIG REQUIRED)
endif()
if(KEYWARD_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
