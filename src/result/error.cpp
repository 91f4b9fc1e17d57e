#include "ballast/result.h"

namespace ballast {
namespace {

constexpr size_t kCodeSize = 5;

}  // namespace

// Out of line, since every TRY moves one.
Error::Error() = default;
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

Failure::Failure(Error&& error) : error_(new Error(std::move(error))) {}
void Failure::Free::operator()(Error* error) const { delete error; }

std::string_view code_text(Code code) { return {code.entry, kCodeSize}; }

std::string sentence(Code code, std::string_view detail) {
  std::string_view rest = code.entry + kCodeSize;
  std::string out;
  for (size_t hole; (hole = rest.find("{}")) != rest.npos; rest.remove_prefix(hole + 2)) {
    out.append(rest.substr(0, hole)).append(detail);
  }
  return out.append(rest);
}

std::string_view fate_text(Fate fate) {
  switch (fate) {
    case Fate::answered: return "answered";
    case Fate::refused: return "refused";
    case Fate::unknown: return "unknown";
  }
  trap();
}

Error error(Code code, std::string_view detail) {
  Error out;
  out.code = code_text(code);
  out.message = sentence(code, detail);
  return out;
}

}  // namespace ballast
