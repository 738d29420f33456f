# keyward_proto_library(TARGET IMPORT_ROOT protos… [MESSAGES_ONLY]): C++ messages and gRPC stubs of the protos,
# which are named relative to IMPORT_ROOT, as a static library whose headers are SYSTEM: our warnings are not
# theirs. MESSAGES_ONLY: without gRPC.
get_target_property(keyward_grpc_cpp_plugin gRPC::grpc_cpp_plugin LOCATION)

function(keyward_proto_library target import_root)
  cmake_parse_arguments(library "MESSAGES_ONLY" "" "" ${ARGN})
  set(output ${PROJECT_BINARY_DIR}/generated/${target})
  set(kinds .pb)
  set(options --proto_path=${import_root} --cpp_out=${output})
  if(NOT library_MESSAGES_ONLY)
    list(APPEND kinds .grpc.pb)
    list(APPEND options --grpc_out=${output} --plugin=protoc-gen-grpc=${keyward_grpc_cpp_plugin})
  endif()
  set(sources)
  foreach(proto ${library_UNPARSED_ARGUMENTS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    cmake_path(GET stem PARENT_PATH folder)
    file(MAKE_DIRECTORY ${output}/${folder})
    set(made)
    foreach(kind ${kinds})
      list(APPEND made ${output}/${stem}${kind}.cc ${output}/${stem}${kind}.h)
    endforeach()
    add_custom_command(
      OUTPUT ${made}
      COMMAND protobuf::protoc ${options} ${proto}
      DEPENDS ${import_root}/${proto}
      COMMENT "Generating C++ from ${proto}")
    list(APPEND sources ${made})
  endforeach()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} SYSTEM PUBLIC $<BUILD_INTERFACE:${output}>)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
  if(NOT library_MESSAGES_ONLY)
    target_link_libraries(${target} PUBLIC gRPC::grpc++)
  endif()
endfunction()
