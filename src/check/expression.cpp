#include "expression.h"

#include <cstring>

namespace ballast::check {
namespace {

bool same_list(const std::vector<Expression*>& a, const std::vector<Expression*>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

bool same_text(const char* a, const char* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return std::strcmp(a, b) == 0;
}

}  // namespace

bool same(const Expression* a, const Expression* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  return a->form == b->form && a->type == b->type && a->modifier == b->modifier &&
         a->is_null == b->is_null && a->star == b->star && a->is_distinct == b->is_distinct &&
         a->column == b->column && a->level == b->level && a->range == b->range &&
         a->number == b->number && a->function == b->function && a->op == b->op &&
         a->query == b->query && a->window == b->window && same_text(a->text, b->text) &&
         same(a->filter, b->filter) && same_list(a->arguments, b->arguments) &&
         same_list(a->direct, b->direct) && same_list(a->ordered, b->ordered);
}

}  // namespace ballast::check
