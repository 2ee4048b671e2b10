# What find_package(tim) gives: the target tim::client. Its archives were built with Debian 12's packages; a user needs
# the same ones.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(OpenSSL 3)
find_dependency(fmt)
find_dependency(absl)
find_dependency(tl-expected)
find_library(TIM_FLATBUFFERS_LIBRARY flatbuffers REQUIRED)

# <prefix>/lib/cmake/tim, or with a folder for the architecture in between: the library folder is two up.
get_filename_component(_tim_library_folder "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
find_path(_tim_include_folder tim/clients/cpp/client.h
  HINTS ${_tim_library_folder}/../include ${_tim_library_folder}/../../include NO_DEFAULT_PATH NO_CACHE REQUIRED)

function(_tim_library name)
  if(TARGET tim::${name})
    return()
  endif()
  add_library(tim::${name} STATIC IMPORTED)
  set_target_properties(tim::${name} PROPERTIES
    IMPORTED_LOCATION ${_tim_library_folder}/libtim_${name}.a
    INTERFACE_INCLUDE_DIRECTORIES ${_tim_include_folder}/tim
    INTERFACE_COMPILE_FEATURES cxx_std_20
    INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

_tim_library(model tl::expected absl::time fmt::fmt)
_tim_library(codec tim::model ${TIM_FLATBUFFERS_LIBRARY} OpenSSL::Crypto fmt::fmt)
_tim_library(client tim::codec tim::model OpenSSL::SSL OpenSSL::Crypto fmt::fmt Threads::Threads)
# For those who put a client on a loop of their own: Asio as the archives were built with it.
set_property(TARGET tim::client PROPERTY INTERFACE_COMPILE_DEFINITIONS
  ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_HAS_STD_ALIGNED_ALLOC=1)
