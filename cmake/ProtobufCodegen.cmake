# keyward_proto_library(TARGET IMPORT_ROOT protos…): C++ messages and gRPC stubs of the protos, which are
# named relative to IMPORT_ROOT, as a static library whose headers are SYSTEM: our warnings are not theirs.
get_target_property(keyward_grpc_cpp_plugin gRPC::grpc_cpp_plugin LOCATION)

function(keyward_proto_library target import_root)
  set(output ${PROJECT_BINARY_DIR}/generated/${target})
  set(sources)
  foreach(proto ${ARGN})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    cmake_path(GET stem PARENT_PATH folder)
    file(MAKE_DIRECTORY ${output}/${folder})
    set(made ${output}/${stem}.pb.cc ${output}/${stem}.pb.h
             ${output}/${stem}.grpc.pb.cc ${output}/${stem}.grpc.pb.h)
    add_custom_command(
      OUTPUT ${made}
      COMMAND protobuf::protoc --proto_path=${import_root} --cpp_out=${output} --grpc_out=${output}
              --plugin=protoc-gen-grpc=${keyward_grpc_cpp_plugin} ${proto}
      DEPENDS ${import_root}/${proto}
      COMMENT "Generating C++ from ${proto}")
    list(APPEND sources ${made})
  endforeach()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} SYSTEM PUBLIC $<BUILD_INTERFACE:${output}>)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf gRPC::grpc++)
endfunction()
