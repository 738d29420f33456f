# keyward_component(NAME sources…): one static library a folder, seen by the others as keyward::NAME.
function(keyward_component name)
  add_library(keyward_${name} STATIC ${ARGN})
  add_library(keyward::${name} ALIAS keyward_${name})
  target_include_directories(keyward_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(keyward_${name} PRIVATE keyward::warnings)
endfunction()
