# kindling_room(NAME SOURCES ... [HEADERS ...] [USES room...] [GUESTS target...])
#
# One room = one static library `kindling_NAME`. USES names lower rooms (public); GUESTS are third-party libraries, linked
# privately and included as system headers, so that none leaks into a public header. Every header named in HEADERS is also
# compiled alone (target all_verify_interface_header_sets).
function(kindling_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;USES;GUESTS" ${ARGN})
  set(target kindling_${name})
  add_library(${target} STATIC ${ROOM_SOURCES})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${ROOM_HEADERS})
  target_link_libraries(${target} PUBLIC kindling_compiler)
  foreach(lower ${ROOM_USES})
    target_link_libraries(${target} PUBLIC kindling_${lower})
  endforeach()
  target_link_libraries(${target} PRIVATE ${ROOM_GUESTS})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()
