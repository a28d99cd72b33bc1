#include "kernels/cuda/rows/single_form.hpp"

#include "kernels/cuda/rows/slices.hpp"

namespace gramian::cuda {

Form single_form(SingleForm wanted, int compute_major, int64_t dim) {
  if (FormLayout(Form::int8, dim).padded > kMostSlicedDim || wanted == SingleForm::fp16) return Form::split;
  return wanted == SingleForm::int8 || compute_major == 8 || compute_major == 12 ? Form::int8 : Form::split;
}

}  // namespace gramian::cuda
