// The cases, natively: requests come on standard input as `verb size\n` and that many bytes, and
// each is answered on standard output as `size\n` and that many bytes.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "dump.h"

int main() {
  char verb[64];
  size_t size = 0;
  while (scanf("%63s %zu", verb, &size) == 2) {
    if (getchar() != '\n') return 2;
    std::string input(size, '\0');
    if (fread(input.data(), 1, size, stdin) != size) return 2;
    std::string output = ballast::cases::run(verb, input);
    printf("%zu\n", output.size());
    fwrite(output.data(), 1, output.size(), stdout);
    fflush(stdout);
  }
}
