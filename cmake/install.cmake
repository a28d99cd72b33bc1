# `cmake --install`: the library, the program where it is built, the public headers, and a package for find_package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS gramian_engine EXPORT gramianEngineTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS gramian EXPORT gramianTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS gramian_questions gramian_igraph gramian_rendering EXPORT gramianQuestionsTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET gramian_cli)
  install(TARGETS gramian_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# Headers keep their place in the house, so that `#include "engine/matrix.hpp"` is the same line inside and outside.
# What wraps another library stays at home (host/formats/json, host/formats/hdf5), as do the shelves of host/text and all of kernels/ but
# their doors. tests/architecture/check_includes.py knows the same list.
foreach(folder engine host/communities host/device host/formats host/questions host/report)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gramian/${folder}
            FILES_MATCHING PATTERN "*.hpp"
            REGEX "formats/(json|hdf5)/" EXCLUDE)
  endif()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/host/gramian.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gramian)
file(GLOB text_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/text/*.hpp)
install(FILES ${text_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gramian/host/text)
foreach(side cpu cuda)
  install(FILES ${PROJECT_SOURCE_DIR}/kernels/${side}/backend.hpp
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gramian/kernels/${side})
endforeach()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gramian)
foreach(set gramianEngineTargets gramianTargets gramianQuestionsTargets)
  install(EXPORT ${set} NAMESPACE gramian:: DESTINATION ${package_dir})
endforeach()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/gramianConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/gramianConfig.cmake
                              INSTALL_DESTINATION ${package_dir}
                              NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gramianConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gramianConfig.cmake ${PROJECT_BINARY_DIR}/gramianConfigVersion.cmake
        DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
