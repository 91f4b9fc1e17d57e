// json and jsonb (jsonapi.c), with the token in the detail at which the text goes wrong.

#include <string_view>

#include "parts.h"

namespace ballast::literal {
namespace {

// The end of the text, or a mark: what may stand at a place is told by these letters.
enum class Token : char {
  end = '\0',
  object = '{',
  object_end = '}',
  array = '[',
  array_end = ']',
  comma = ',',
  colon = ':',
  text = '"',
  number = '0',
  word = 't'
};

// What the last token has to say, where it is wrong.
enum class Wrong : uint8_t { nothing, token, escape, control, hex, zero, high, low };

bool is_word(char c) { return is_alpha(c) || is_digit(c) || c == '_' || (c & 0x80) != 0; }

class Lexer {
 public:
  Lexer(const char* at, bool binary, int version) : at_(at), binary_(binary), version_(version) {}

  Wrong next() {
    while (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r') ++at_;
    from_ = at_;
    token = Token::end;
    if (*at_ == '\0') return Wrong::nothing;
    if (std::string_view("{}[],:").find(*at_) != std::string_view::npos) {
      token = static_cast<Token>(*at_++);
      return Wrong::nothing;
    }
    if (*at_ == '"') {
      token = Token::text;
      return read_text();
    }
    if (*at_ == '-' || is_digit(*at_)) {
      token = Token::number;
      return read_number();
    }
    token = Token::word;
    while (is_word(*at_)) ++at_;
    if (at_ == from_) ++at_;
    std::string_view word(from_, static_cast<size_t>(at_ - from_));
    return word == "true" || word == "false" || word == "null" ? Wrong::nothing : Wrong::token;
  }

  Token token = Token::end;
  std::string_view text() const { return {from_, static_cast<size_t>(at_ - from_)}; }
  char stop() const { return *at_; }

 private:
  void skip_digits() {
    while (is_digit(*at_)) ++at_;
  }

  Wrong read_number() {
    bool fine = true;
    if (*at_ == '-') ++at_;
    if (*at_ == '0')
      ++at_;
    else if (is_digit(*at_))
      skip_digits();
    else
      fine = false;
    if (*at_ == '.') {
      fine = is_digit(*++at_) && fine;
      skip_digits();
    }
    if (lower(*at_) == 'e') {
      ++at_;
      if (*at_ == '+' || *at_ == '-') ++at_;
      fine = is_digit(*at_) && fine;
      skip_digits();
    }
    for (; is_word(*at_); ++at_) fine = false;
    return fine ? Wrong::nothing : Wrong::token;
  }

  // Only jsonb unescapes, so json lets half a surrogate pair go.
  Wrong read_text() {
    bool half = false;
    for (++at_; *at_ != '"'; ++at_) {
      if (*at_ == '\0') return Wrong::token;
      if (static_cast<unsigned char>(*at_) < ' ') {
        return half && version_ >= 16 ? Wrong::low : Wrong::control;
      }
      bool escape = *at_ == '\\';
      if (escape) ++at_;
      if (escape && *at_ == '\0') return Wrong::token;
      if (escape && *at_ == 'u') {
        Wrong wrong = read_code(half);
        if (wrong != Wrong::nothing) return wrong;
        continue;
      }
      if (half) return Wrong::low;
      if (escape && std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos) {
        from_ = at_;
        at_ += character(at_).size();
        return Wrong::escape;
      }
    }
    ++at_;
    return half ? Wrong::low : Wrong::nothing;
  }

  // Behind "\u"; ends at the last digit.
  Wrong read_code(bool& half) {
    int code = 0;
    for (int i = 0; i < 4; ++i) {
      int digit = digit_of(*++at_, 16);
      if (*at_ == '\0') return Wrong::token;
      if (digit < 0) return Wrong::hex;
      code = code * 16 + digit;
    }
    if (!binary_) return Wrong::nothing;
    bool high = code >= 0xd800 && code < 0xdc00, low = code >= 0xdc00 && code < 0xe000;
    if (high && half) return Wrong::high;
    if (low != half && !high) return Wrong::low;
    half = high;
    return code == 0 ? Wrong::zero : Wrong::nothing;
  }

  const char* at_;
  const char* from_ = nullptr;
  const bool binary_;
  const int version_;
};

Verdict bad_json(std::initializer_list<std::string_view> detail) {
  std::string text;
  for (std::string_view part : detail) text += part;
  return refused("22P02", {"invalid input syntax for type json"}, text);
}

Verdict tell(Wrong wrong, const Lexer& lexer) {
  switch (wrong) {
    case Wrong::escape: return bad_json({"Escape sequence \"\\", lexer.text(), "\" is invalid."});
    case Wrong::control: {
      auto stop = static_cast<size_t>(lexer.stop());
      std::string_view low = std::string_view("0123456789abcdef").substr(stop % 16, 1);
      return bad_json({"Character with value 0x", stop < 16 ? "0" : "1", low, " must be escaped."});
    }
    case Wrong::hex: return bad_json({"\"\\u\" must be followed by four hexadecimal digits."});
    case Wrong::zero:
      return refused("22P05", {"unsupported Unicode escape sequence"},
                     "\\u0000 cannot be converted to text.");
    case Wrong::high: return bad_json({"Unicode high surrogate must not follow a high surrogate."});
    case Wrong::low: return bad_json({"Unicode low surrogate must follow a high surrogate."});
    default: return bad_json({"Token \"", lexer.text(), "\" is invalid."});
  }
}

// Where the reader is, and so what it waits for.
enum class State : uint8_t { value, key, first_key, first_element, colon, next, finished };

const char* expected(State state, bool object) {
  switch (state) {
    case State::value: return "JSON value";
    case State::key: return "string";
    case State::first_key: return "string or \"}\"";
    case State::first_element: return "JSON value";
    case State::colon: return "\":\"";
    case State::next: return object ? "\",\" or \"}\"" : "\",\" or \"]\"";
    case State::finished: break;
  }
  return "end of input";
}

class Reader {
 public:
  Reader(Text text, bool binary, int version)
      : lexer_(text.c_str(), binary, version), binary_(binary) {}

  Verdict read() {
    // PostgreSQL's own depth depends on the stack that it has.
    constexpr size_t kDeepest = 1000;
    while (true) {
      Wrong wrong = lexer_.next();
      if (wrong != Wrong::nothing) return tell(wrong, lexer_);
      // jsonb stores a number when it has seen what follows.
      if (!number_.empty()) {
        Verdict verdict = read_numeric(number_, 17);
        if (verdict.judged != Judged::taken) return verdict;
        number_.clear();
      }
      if (lexer_.token == Token::end && state_ == State::finished) return taken();
      if (open_.size() > kDeepest) return not_judged();
      if (step(lexer_.token)) continue;
      if (lexer_.token == Token::end) return bad_json({"The input string ended unexpectedly."});
      bool object = !open_.empty() && open_.back() == '{';
      return bad_json(
          {"Expected ", expected(state_, object), ", but found \"", lexer_.text(), "\"."});
    }
  }

 private:
  void close() {
    open_.pop_back();
    state_ = open_.empty() ? State::finished : State::next;
  }

  bool value(Token token) {
    switch (token) {
      case Token::object:
      case Token::array:
        open_ += static_cast<char>(token);
        state_ = token == Token::object ? State::first_key : State::first_element;
        return true;
      case Token::number:
        if (binary_) number_ = lexer_.text();
        [[fallthrough]];
      case Token::text:
      case Token::word: state_ = open_.empty() ? State::finished : State::next; return true;
      default: return false;
    }
  }

  bool step(Token token) {
    bool object = !open_.empty() && open_.back() == '{';
    switch (state_) {
      case State::value: return value(token);
      case State::first_element:
        if (token == Token::array_end) return close(), true;
        return value(token);
      case State::first_key:
        if (token == Token::object_end) return close(), true;
        [[fallthrough]];
      case State::key:
        if (token != Token::text) return false;
        state_ = State::colon;
        return true;
      case State::colon:
        if (token != Token::colon) return false;
        state_ = State::value;
        return true;
      case State::next:
        if (token == Token::comma) return state_ = object ? State::key : State::value, true;
        if (token != (object ? Token::object_end : Token::array_end)) return false;
        close();
        return true;
      case State::finished: return false;
    }
    return false;
  }

  Lexer lexer_;
  const bool binary_;
  State state_ = State::value;
  std::string open_;    // the brackets that are open
  std::string number_;  // one that has still to be stored
};

}  // namespace

Verdict read_json(Text text, bool binary, int version) {
  return Reader(text, binary, version).read();
}

}  // namespace ballast::literal
