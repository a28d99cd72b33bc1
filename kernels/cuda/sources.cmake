# What the CUDA compiler and, for the emulation, the plain one both compile.
set(GRAMIAN_CUDA_SOURCES
    backend.cpp
    band.cu
    bare_gemm.cpp
    check.cpp
    dense.cpp
    device.cpp
    device_memory.cpp
    forms.cu
    gram.cpp
    kernel_code.cu
    neighbors.cu
    pairs.cu
    rank_product.cpp
    rank_sums.cu
    reduce.cu
    resample.cpp
    row_forms.cpp
    row_sums.cu
    rows.cpp
    softmax_products.cpp
    sweep.cpp
    sweep_states.cpp
    threshold_band.cpp
    tile.cpp
    tile_edge.cpp
    transform.cu
    unit_rows.cpp
    worklist.cpp)
# What wraps the vendor's libraries; tests/emulation has a twin of each.
set(GRAMIAN_CUDA_VENDOR_SOURCES blas.cpp device_algorithms.cu solver.cpp vendor_library.cpp)
