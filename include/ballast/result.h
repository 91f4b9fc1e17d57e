// A value or an Error, and the two ways to unwrap one. No exceptions cross a room.
//
//   Result<int> port = read_port(text);
//   int value = TRY(read_port(text));      // hands the Error to our own caller
//   int sure = MUST(read_port("5432"));    // traps: it cannot fail here, or it is our bug
//
// An Error is for people and for programs: `code` is a SQLSTATE, either PostgreSQL's own or one of
// ours in class B (src/result/errors.def holds each with its sentence), `message` says what
// happened, and `fields` are PostgreSQL's other error fields, where there are any
// (https://www.postgresql.org/docs/17/protocol-error-fields.html).
// No text of an Error ever holds a password or a connection string.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ballast {

// Our own error codes: Code::reply_json is the one of that name in errors.def. Each points to its
// text, code and sentence in one, so that a module carries only those that it uses.
struct Code {
  const char* entry = nullptr;

  bool operator==(Code other) const { return std::string_view(entry) == other.entry; }

#define BALLAST_ERROR(name, code, sentence) static const Code name;
#include "../../src/result/errors.def"
#undef BALLAST_ERROR
};

#define BALLAST_ERROR(name, code, sentence) inline constexpr Code Code::name{code sentence};
#include "../../src/result/errors.def"
#undef BALLAST_ERROR

// The five characters of `code`, which live for ever.
std::string_view code_text(Code code);

// The sentence of `code`, with each `{}` in it replaced by `detail`.
std::string sentence(Code code, std::string_view detail = {});

// What is known of a request that did not end in a good reply (DESIGN: three fates).
enum class Fate : uint8_t {
  answered,  // the server executed it or refused it with a reason of its own
  refused,   // it was never executed
  unknown,   // it was sent and may have been executed
};

std::string_view fate_text(Fate fate);

// One of PostgreSQL's error fields besides code and message, under the key that a Neon endpoint
// gives it: "detail", "hint", "position", …
struct ErrorField {
  std::string_view key;  // lives for ever
  std::string text;

  bool operator==(const ErrorField&) const = default;
};

struct Error {
  std::string code;
  std::string message;
  Fate fate = Fate::refused;
  std::vector<ErrorField> fields;

  Error();
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();
  bool operator==(const Error&) const = default;
};

// An Error with one of our own codes and its sentence.
Error error(Code code, std::string_view detail = {});

// An Error on its way up: one pointer, since every TRY passes it on and few ever exist.
class Failure {
 public:
  Failure() = default;
  Failure(Error&& error);

  explicit operator bool() const { return error_ != nullptr; }
  const Error& error() const { return *error_; }

 private:
  struct Free {
    void operator()(Error* error) const;
  };
  std::unique_ptr<Error, Free> error_;
};

// T has a default value, which is what `value_` is where there is a failure.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error&& error) : failure_(std::move(error)) {}
  Result(const Error& error) : failure_(Error(error)) {}
  Result(Failure&& failure) : failure_(std::move(failure)) {}

  bool ok() const { return !failure_; }
  T& value() & { return value_; }
  const T& value() const& { return value_; }
  T&& value() && { return std::move(value_); }
  const Error& error() const { return failure_.error(); }
  Failure&& failure() && { return std::move(failure_); }

 private:
  T value_{};
  Failure failure_;
};

// A Result without a value: `return Done{};` says that it went well.
struct Done {
  bool operator==(const Done&) const = default;
};

// Ends the module at once: in WebAssembly a trap, which costs the host this instance and nothing
// else. For our own bugs only; whatever the outside can cause is an Error.
[[noreturn]] inline void trap() { __builtin_trap(); }

}  // namespace ballast

#define BALLAST_CHECK(condition)                              \
  do {                                                        \
    if (__builtin_expect(!(condition), 0)) ::ballast::trap(); \
  } while (false)

// Statement expressions are an extension of every compiler that we build with.
#define TRY(expression)                                                           \
  __extension__({                                                                 \
    auto ballast_try_result = (expression);                                       \
    if (!ballast_try_result.ok()) return std::move(ballast_try_result).failure(); \
    std::move(ballast_try_result).value();                                        \
  })

#define MUST(expression)                     \
  __extension__({                            \
    auto ballast_must_result = (expression); \
    BALLAST_CHECK(ballast_must_result.ok()); \
    std::move(ballast_must_result).value();  \
  })
