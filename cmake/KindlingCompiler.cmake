# Compiler settings for all of Kindling: C++20, warnings are errors, hidden nothing, no -march (kernels dispatch at run
# time, see base/simd). Sanitizers come from the preset through KINDLING_SANITIZE.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(KINDLING_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

find_program(KINDLING_CCACHE ccache)
if(KINDLING_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${KINDLING_CCACHE}")
endif()

find_package(Threads REQUIRED)
add_library(kindling_compiler INTERFACE)
target_include_directories(kindling_compiler INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(kindling_compiler INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                   -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
target_link_libraries(kindling_compiler INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(kindling_compiler INTERFACE -Wno-restrict)  # cries wolf over std::string operator+ (GCC bug 105651)
endif()
if(KINDLING_SANITIZE)
  # GCC documents that the instrumentation makes -Wmaybe-uninitialized see what is not there.
  target_compile_options(kindling_compiler INTERFACE -Wno-maybe-uninitialized
                                                     -fsanitize=${KINDLING_SANITIZE} -fno-omit-frame-pointer
                                                     -fno-sanitize-recover=all)
  target_link_options(kindling_compiler INTERFACE -fsanitize=${KINDLING_SANITIZE})
endif()
