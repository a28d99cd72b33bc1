#pragma once

namespace gramian::cli {

/// Starts this program anew, once, where OpenBLAS has chosen kernels far older than the processor.
void restart_with_right_blas_core(char** arguments);

}  // namespace gramian::cli
