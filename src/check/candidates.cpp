// The functions and operators of a name, and the choice among them.

#include <algorithm>
#include <cstring>

#include "calls.h"

namespace ballast::check {
namespace {

// By its place in the search path, or 0 in a schema that is named; -1 where it is not meant.
int place_of(const Analysis& a, const Qualified& name, Oid schema) {
  if (name.is_qualified) return name.schema != nullptr && name.schema->oid == schema ? 0 : -1;
  return path_place(a, schema, true);
}

bool is_input(char mode) { return mode == 'i' || mode == 'b' || mode == 'v'; }

// Which of the function's inputs each argument of a call by name is (MatchNamedCall).
bool match_names(const catalog::Function& function, size_t count,
                 const std::vector<const char*>& names, std::vector<int>& numbers) {
  if (function.names == nullptr) return false;
  size_t positional = count - names.size();
  if (positional > function.count) return false;
  std::vector<bool> given(function.count, false);
  for (size_t i = 0; i < positional; ++i) {
    numbers.push_back(static_cast<int>(i));
    given[i] = true;
  }
  size_t all = function.modes == nullptr ? function.count : function.all;
  for (const char* name : names) {
    size_t input = 0;
    bool found = false;
    for (size_t i = 0; i < all && !found; ++i) {
      if (function.modes != nullptr && !is_input(function.modes[i])) continue;
      found = function.names[i] != nullptr && std::strcmp(function.names[i], name) == 0;
      if (!found) ++input;
    }
    if (!found || input >= given.size() || given[input]) return false;
    given[input] = true;
    numbers.push_back(static_cast<int>(input));
  }
  for (size_t i = positional; i < function.count; ++i) {
    if (given[i]) continue;
    if (i + function.defaults < function.count) return false;
    numbers.push_back(static_cast<int>(i));
  }
  return true;
}

// Below 0: `made` is to be taken in the place of `before`; above: the other way round.
int preference(const Candidate& made, const Candidate& before) {
  if (made.path != before.path) return made.path - before.path;
  if (made.variadic > 0 && before.variadic == 0) return 1;
  if (made.variadic == 0 && before.variadic > 0) return -1;
  return 0;
}

void add(std::vector<Candidate>& list, Candidate made) {
  for (Candidate& before : list) {
    size_t own = made.types.size() - static_cast<size_t>(made.defaults);
    if (own != before.types.size() - static_cast<size_t>(before.defaults)) continue;
    if (!std::equal(made.types.begin(), made.types.begin() + static_cast<long>(own),
                    before.types.begin())) {
      continue;
    }
    int preferred = preference(made, before);
    if (preferred < 0) {
      before = std::move(made);
    } else if (preferred == 0) {
      before.ambiguous = true;
    }
    return;
  }
  list.push_back(std::move(made));
}

}  // namespace

std::vector<Candidate> function_candidates(const Analysis& a, const Qualified& name, size_t count,
                                           const std::vector<const char*>& names,
                                           bool expand_variadic) {
  std::vector<Candidate> out;
  for (const catalog::Function* function : a.catalog.functions(name.name)) {
    Candidate made;
    made.function = function;
    made.path = place_of(a, name, function->schema);
    if (made.path < 0) continue;
    size_t own = function->count;
    bool variadic = false;
    if (!names.empty()) {
      if (function->variadic != 0 && expand_variadic) continue;
    } else {
      variadic = own <= count && expand_variadic && function->variadic != 0;
    }
    bool defaults = own > count;
    if (defaults && count + function->defaults < own) continue;
    if (own != count && !variadic && !defaults) continue;
    if (!names.empty() && !match_names(*function, count, names, made.numbers)) continue;
    made.types.assign(function->arguments, function->arguments + own);
    for (size_t i = 0; i < made.numbers.size(); ++i) {
      made.types[i] = function->arguments[made.numbers[i]];
    }
    if (variadic) {
      made.variadic = static_cast<int>(std::max(own, count) - own + 1);
      made.types.resize(own - 1);
      made.types.resize(std::max(own, count), function->variadic);
    }
    made.defaults = defaults ? static_cast<int>(own - count) : 0;
    add(out, std::move(made));
  }
  return out;
}

const catalog::Operator* exact_operator(const Analysis& a, const Qualified& name, Oid left,
                                        Oid right) {
  const catalog::Operator* out = nullptr;
  int best = 0;
  for (const catalog::Operator* op : a.catalog.operators(name.name)) {
    if (op->left != left || op->right != right) continue;
    int place = place_of(a, name, op->schema);
    if (place < 0 || (out != nullptr && place >= best)) continue;
    best = place;
    out = op;
  }
  return out;
}

std::vector<Candidate> operator_candidates(const Analysis& a, const Qualified& name,
                                           std::span<const Oid> inputs) {
  std::vector<Candidate> out;
  bool prefix = inputs.size() == 1;
  for (const catalog::Operator* op : a.catalog.operators(name.name)) {
    if ((op->left == 0) != prefix) continue;
    // Most operators of a name are for other types: they are not worth a candidate.
    const Oid types[] = {op->left, op->right};
    std::span<const Oid> wanted = std::span(types).last(inputs.size());
    if (!can_coerce(a, inputs, wanted, Coercion::implicit)) continue;
    Candidate made;
    made.op = op;
    made.path = place_of(a, name, op->schema);
    if (made.path < 0) continue;
    made.types.assign(wanted.begin(), wanted.end());
    add(out, std::move(made));
  }
  return out;
}

namespace {

using Kept = std::vector<const Candidate*>;

// Those with the most arguments for which `fits` holds.
template <typename Fits>
Kept best_of(const Kept& candidates, size_t count, Fits fits) {
  Kept out;
  int best = 0;
  for (const Candidate* candidate : candidates) {
    int matches = 0;
    for (size_t i = 0; i < count; ++i) matches += fits(i, candidate->types[i]) ? 1 : 0;
    if (matches > best || out.empty()) {
      best = matches;
      out.clear();
    }
    if (matches == best) out.push_back(candidate);
  }
  return out;
}

// Of literals of no type yet: those candidates that agree on a category for each, strings first,
// and have its preferred type where any has. False where the categories are at odds.
bool by_category(const Analysis& a, const std::vector<Oid>& inputs, Kept& candidates) {
  std::vector<char> categories(inputs.size(), 0);
  std::vector<bool> preferred(inputs.size(), false);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] != UNKNOWNOID) continue;
    bool conflict = false;
    for (const Candidate* candidate : candidates) {
      const catalog::Type& type = type_of(a, candidate->types[i]);
      if (categories[i] == 0 || (type.category == 'S' && categories[i] != 'S')) {
        conflict = conflict || categories[i] != 0;
        categories[i] = type.category;
        preferred[i] = type.preferred;
      } else if (type.category == categories[i]) {
        preferred[i] = preferred[i] || type.preferred;
      } else {
        conflict = true;
      }
    }
    if (conflict && categories[i] != 'S') return false;
  }
  Kept out;
  for (const Candidate* candidate : candidates) {
    bool keep = true;
    for (size_t i = 0; i < inputs.size() && keep; ++i) {
      if (inputs[i] != UNKNOWNOID) continue;
      const catalog::Type& type = type_of(a, candidate->types[i]);
      keep = type.category == categories[i] && (!preferred[i] || type.preferred);
    }
    if (keep) out.push_back(candidate);
  }
  if (!out.empty()) candidates = std::move(out);
  return true;
}

// func_select_candidate.
const Candidate* select(const Analysis& a, std::span<const Oid> given, Kept candidates) {
  std::vector<Oid> inputs;
  size_t unknowns = 0;
  for (Oid type : given) {
    inputs.push_back(type == UNKNOWNOID ? type : base_type(a, type));
    unknowns += type == UNKNOWNOID ? 1 : 0;
  }
  candidates = best_of(candidates, inputs.size(), [&](size_t i, Oid type) {
    return inputs[i] != UNKNOWNOID && type == inputs[i];
  });
  if (candidates.size() == 1) return candidates[0];
  candidates = best_of(candidates, inputs.size(), [&](size_t i, Oid type) {
    return inputs[i] != UNKNOWNOID &&
           (type == inputs[i] || is_preferred(a, category(a, inputs[i]), type));
  });
  if (candidates.size() == 1) return candidates[0];
  if (unknowns == 0) return nullptr;
  by_category(a, inputs, candidates);
  if (candidates.size() == 1) return candidates[0];
  if (unknowns == inputs.size()) return nullptr;
  Oid known = UNKNOWNOID;
  for (Oid type : inputs) {
    if (type == UNKNOWNOID) continue;
    if (known != UNKNOWNOID && known != type) return nullptr;
    known = type;
  }
  std::vector<Oid> alike(inputs.size(), known);
  const Candidate* only = nullptr;
  for (const Candidate* candidate : candidates) {
    if (!can_coerce(a, alike, std::span(candidate->types).first(inputs.size()),
                    Coercion::implicit)) {
      continue;
    }
    if (only != nullptr) return nullptr;
    only = candidate;
  }
  return only;
}

}  // namespace

const Candidate* choose(const Analysis& a, std::span<const Oid> inputs,
                        std::vector<Candidate>& candidates, bool& several) {
  Kept fitting;
  for (const Candidate& candidate : candidates) {
    if (can_coerce(a, inputs, std::span(candidate.types).first(inputs.size()),
                   Coercion::implicit)) {
      fitting.push_back(&candidate);
    }
  }
  several = false;
  if (fitting.empty()) return nullptr;
  if (fitting.size() == 1) return fitting[0];
  const Candidate* out = select(a, inputs, std::move(fitting));
  several = out == nullptr;
  return out;
}

}  // namespace ballast::check
