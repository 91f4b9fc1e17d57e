// Whatever bytes come, the tape ends in one answer; whatever text a row holds, it comes out again.

#include <set>

#include "ballast/tape.h"
#include "dump.h"
#include "seed.h"

using namespace ballast;
using laws::below;

namespace {

// Each kind of cell once, and the oid that it has.
constexpr struct {
  uint32_t oid;
  const char* json;
} kCells[] = {
    {25, R"("plain text, longer than a vector")"},
    {25, R"("é€😀 \"quoted\" \\ \n")"},
    {25, R"("\u0041\u20ac")"},
    {23, R"("-12345")"},
    {16, R"("t")"},
    {701, R"("1.2345678901234567")"},
    {701, R"("NaN")"},
    {1184, R"("2024-01-02 03:04:05.678+00")"},
    {1082, R"("0044-03-15 BC")"},
    {114, R"("{\"a\":[1,\"é\"]}")"},
    {17, R"("\\x00ff10")"},
    {1007, R"("{1,2,3}")"},
    {1007, R"("{{1,NULL},{3,4}}")"},
    {1009, R"("{a,\"b c\",NULL}")"},
    {1186, R"("1 day 02:03:04.5")"},
    {600, R"-("(1,2)")-"},
    {20, R"("9007199254740993")"},
    {199, R"("{\"{\\\"a\\\":1}\"}")"},
};

std::string random_reply(std::mt19937_64& random) {
  size_t width = 1 + below(random, 5), rows = below(random, 6);
  std::string out = "{\"fields\":[", body;
  std::vector<size_t> columns;
  for (size_t i = 0; i < width; ++i) {
    columns.push_back(below(random, std::size(kCells)));
    out += std::string(i ? "," : "") +
           "{\"name\":\"c\",\"dataTypeID\":" + std::to_string(kCells[columns.back()].oid) + "}";
  }
  for (size_t row = 0; row < rows; ++row) {
    body += row ? ",[" : "[";
    for (size_t i = 0; i < width; ++i) {
      body += (i ? "," : "") + std::string(below(random, 5) ? kCells[columns[i]].json : "null");
    }
    body += "]";
  }
  return out + "],\"rows\":[" + body +
         "],\"command\":\"SELECT\",\"rowCount\":" + std::to_string(rows) + ",\"rowAsArray\":true}";
}

}  // namespace

TEST_CASE("a reply is read the same in whatever pieces it comes") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 60; ++i) {
    std::string reply = random_reply(random);
    std::string out = cases::dump_reply(reply);  // which splits it at every byte
    INFO(reply);
    REQUIRE(out.find("split at") == out.npos);
    REQUIRE(out.substr(out.size() - 4) == "end\n");
  }
}

TEST_CASE("a reply with bytes changed, lost or doubled never traps and never reads on for ever") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 400; ++i) {
    std::string reply = random_reply(random);
    for (uint64_t n = 1 + below(random, 3); n > 0; --n) {
      size_t at = below(random, reply.size());
      switch (below(random, 4)) {
        case 0: reply[at] = static_cast<char>(random()); break;
        case 1: reply.erase(at, 1 + below(random, 8)); break;
        case 2: reply.insert(at, reply.substr(at, 1 + below(random, 8))); break;
        default: reply[at] = "\"\\[]{},:0"[below(random, 9)];
      }
      if (reply.empty()) reply = "{";
    }
    INFO(reply);
    std::string out = cases::dump_reply(reply, true);
    REQUIRE_FALSE(out.empty());
  }
}

TEST_CASE("every character survives, in either pool") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 300; ++i) {
    uint32_t limit = below(random, 2) ? 0x100 : 0x110000;
    std::string text;
    for (uint64_t n = below(random, 60); n > 0; --n) {
      uint32_t c = static_cast<uint32_t>(below(random, below(random, 3) ? 0x80 : limit));
      if (c < 0x20 || c == '"' || c == '\\' || (c >= 0xD800 && c < 0xE000)) c = 'x';
      if (c < 0x80)
        text += static_cast<char>(c);
      else if (c < 0x800)
        text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
      else if (c < 0x10000)
        text += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
                 static_cast<char>(0x80 | (c & 63))};
      else
        text += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
                 static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
    }
    std::string out = cases::dump_reply(R"({"fields":[{"name":"t","dataTypeID":25}],"rows":[[")" +
                                        text + R"("]],"rowCount":1})");
    INFO(text);
    REQUIRE(out.find("\"" + text + "\"\n") != out.npos);
  }
}

TEST_CASE("a reply whose end cannot be read leaves nothing behind for the next") {
  const std::string head = R"({"fields":[],"rows":[])";
  Tape tape;
  auto count_of = [&](const std::string& tail) {
    std::string reply = head + tail;
    std::vector<uint8_t> window(reply.begin(), reply.end());
    window.resize(reply.size() + kTapePadding);
    auto size = static_cast<uint32_t>(reply.size());
    uint32_t at = 0, state = 0;
    for (;;) {
      const Block& block = tape.scan(window.data() + at, size - at, nullptr, 0, state | kStateLast);
      if (block.status == Status::failed) return -1.0;
      if (block.status == Status::tail) return block.row_count;
      at += block.consumed;
      state = block.next;
    }
  };
  const std::string good = R"(,"command":"UPDATE","rowCount":7})";
  REQUIRE(count_of(good) == 7);
  REQUIRE(count_of(R"(,"command":"UPDATE","rowCount":"x"})") == -1);
  REQUIRE(count_of(good) == 7);
}

TEST_CASE("all texts of up to five characters of a small alphabet end in an answer") {
  // Everything that the envelope is made of, exhaustively and shortly.
  const std::string alphabet = "{}[],:\"f1\\";
  std::set<std::string> answers;
  std::vector<std::string> texts{""};
  for (int length = 0; length < 5; ++length) {
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      for (char c : alphabet) longer.push_back(text + c);
    }
    for (const std::string& text : longer) {
      Tape tape;
      std::vector<uint8_t> window(text.begin(), text.end());
      window.resize(text.size() + kTapePadding);
      const Block& block =
          tape.scan(window.data(), static_cast<uint32_t>(text.size()), nullptr, 0, kStateLast);
      bool known = block.status == Status::failed || block.status == Status::unordered;
      REQUIRE(known);
      if (block.status == Status::failed) answers.insert(std::string(block.code, 5));
    }
    texts = std::move(longer);
    if (texts.size() > 20000) break;
  }
  REQUIRE(answers == std::set<std::string>{"BC002", "BC003"});
}
