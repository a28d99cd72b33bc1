// A stranger's first program: two rows, their names, their inner product.
#include <cstdio>
#include <vector>

#include "engine/matrix.hpp"
#include "engine/vocabulary.hpp"

int main() {
  const gramian::Matrix matrix = gramian::make_matrix(std::vector<float>{3, 0, 4, 0, 5, 12}, 2, 3);
  gramian::Vocabulary vocabulary;
  vocabulary.push_back("cat");
  vocabulary.push_back("dog");

  std::vector<double> cat(3), dog(3);
  gramian::read_row(matrix.view, vocabulary.find("cat").value(), cat.data());
  gramian::read_row(matrix.view, vocabulary.find("dog").value(), dog.data());
  double product = 0;
  for (size_t k = 0; k < 3; ++k) product += cat[k] * dog[k];
  std::printf("cat . dog = %g\n", product);
  return product == 48 && !vocabulary.find("banana") ? 0 : 1;
}
