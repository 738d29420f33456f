# What is shipped has the same bytes wherever its sources lie: no path of the machine is in it.
add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.>)
