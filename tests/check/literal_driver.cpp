// Literals, natively, for literals.test.mjs. Requests come on standard input as
// `verb oid modifier size\n` and that many bytes, and each is answered on standard output as
// `size\n` and that many bytes:
//
//   query     the query that returns what a database has
//   add       reads what it returned
//   judge     the verdict of a literal, and of what is refused the code, the message, the detail
//             and the hint, with a NUL between them

#include <cstdio>
#include <string>

#include "ballast/literal.h"

namespace {

using namespace ballast;

std::string field(const Error& error, std::string_view key) {
  for (const ErrorField& one : error.fields) {
    if (one.key == key) return one.text;
  }
  return {};
}

std::string judge(const catalog::Catalog& catalog, unsigned oid, int modifier,
                  const std::string& text) {
  const catalog::Type* type = catalog.type(oid);
  if (type == nullptr) return "unknown type";
  literal::Verdict verdict = literal::read(catalog, *type, modifier, text);
  if (verdict.judged == literal::Judged::taken) return "taken";
  if (verdict.judged == literal::Judged::not_judged) return "not judged";
  const Error& error = verdict.error;
  std::string out = "refused";
  for (const std::string& part :
       {error.code, error.message, field(error, "detail"), field(error, "hint")}) {
    out += '\0';
    out += part;
  }
  return out;
}

}  // namespace

int main() {
  catalog::Catalog catalog;
  char verb[16];
  unsigned oid = 0;
  int modifier = 0;
  size_t size = 0;
  while (scanf("%15s %u %d %zu", verb, &oid, &modifier, &size) == 4) {
    if (getchar() != '\n') return 2;
    std::string input(size, '\0');
    if (fread(input.data(), 1, size, stdin) != size) return 2;
    std::string output;
    if (std::string_view(verb) == "query") output = catalog::query();
    if (std::string_view(verb) == "add") {
      auto added = catalog.add(input);
      output = added.ok() ? "added" : added.error().message;
    }
    if (std::string_view(verb) == "judge") output = judge(catalog, oid, modifier, input);
    printf("%zu\n", output.size());
    fwrite(output.data(), 1, output.size(), stdout);
    fflush(stdout);
  }
}
