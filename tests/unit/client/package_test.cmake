# Installs the client into a folder of its own and builds an example against it, as a stranger would.
#     cmake -DBUILD=… -DEXAMPLES=… -DWORK=… -DCOMPILER=… -DFLAGS=… -P package_test.cmake
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component client --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${EXAMPLES} -B ${WORK}/build -G Ninja -DCMAKE_PREFIX_PATH=${WORK}/prefix
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/build --target tim_example_till)

# It runs: without a server and a key it says what it needs.
execute_process(COMMAND ${WORK}/build/tim_example_till RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 2 OR NOT output MATCHES "usage: ")
  message(FATAL_ERROR "the example built against the package exits ${result}: ${output}")
endif()
file(REMOVE_RECURSE ${WORK})
