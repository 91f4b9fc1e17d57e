// JSON is read as nlohmann/json reads it, and what is written is what was meant.

#include "ballast/json.h"

#include <nlohmann/json.hpp>

#include "seed.h"

using namespace ballast;
using laws::below;
using Oracle = nlohmann::ordered_json;

namespace {

std::string random_text(std::mt19937_64& random) {
  constexpr const char* kPieces[] = {
      "a", "é", "€", "😀", "\"", "\\", "\n",   "\t",
      "/", " ", "{", "]", ",",  ":",  "\x01", "longer than sixteen bytes"};
  std::string out;
  for (uint64_t n = below(random, 6); n > 0; --n) out += kPieces[below(random, std::size(kPieces))];
  return out;
}

Oracle random_value(std::mt19937_64& random, int depth) {
  switch (below(random, depth > 4 ? 5 : 7)) {
    case 0: return nullptr;
    case 1: return below(random, 2) == 0;
    case 2: return static_cast<int64_t>(random() >> below(random, 64)) / 4;
    case 3: return static_cast<double>(below(random, 1000000)) / 64;
    case 4: return random_text(random);
    case 5: {
      Oracle out = Oracle::array();
      for (uint64_t n = below(random, 4); n > 0; --n)
        out.push_back(random_value(random, depth + 1));
      return out;
    }
    default: {
      Oracle out = Oracle::object();
      for (uint64_t n = below(random, 4); n > 0; --n) {
        out["k" + std::to_string(below(random, 9))] = random_value(random, depth + 1);
      }
      return out;
    }
  }
}

// Reads `raw` part by part, down to its scalars, and compares it with what it should be.
void compare(std::string_view raw, const Oracle& expected) {
  INFO(raw);
  if (expected.is_object()) {
    auto members = json::members(raw);
    REQUIRE(members.ok());
    REQUIRE(members.value().size() == expected.size());
    auto at = expected.begin();
    for (const json::Member& member : members.value()) {
      REQUIRE(member.key == at.key());
      compare(member.raw, at.value());
      ++at;
    }
  } else if (expected.is_array()) {
    auto elements = json::elements(raw);
    REQUIRE(elements.ok());
    REQUIRE(elements.value().size() == expected.size());
    for (size_t i = 0; i < expected.size(); ++i) compare(elements.value()[i], expected[i]);
  } else if (expected.is_string()) {
    auto text = json::string(raw);
    REQUIRE(text.ok());
    REQUIRE(text.value() == expected.get<std::string>());
  } else if (expected.is_boolean()) {
    REQUIRE(MUST(json::boolean(raw)) == expected.get<bool>());
  } else if (expected.is_null()) {
    REQUIRE(json::is_null(raw));
  } else if (expected.is_number_integer()) {
    auto number = json::integer(raw);
    bool fits = raw.substr(raw[0] == '-' ? 1 : 0).size() <= 18;
    REQUIRE(number.ok() == fits);
    if (fits) REQUIRE(number.value() == expected.get<int64_t>());
  } else {
    REQUIRE(Oracle::parse(raw) == expected);
  }
}

}  // namespace

TEST_CASE("a document is split into the parts that nlohmann/json finds") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 3000; ++i) {
    Oracle document = Oracle::object();
    document["first"] = random_value(random, 0);
    document["second"] = random_value(random, 0);
    compare(document.dump(below(random, 3) == 0 ? 2 : -1, ' ', below(random, 2) != 0), document);
  }
}

TEST_CASE("what the writer writes, nlohmann/json reads") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 3000; ++i) {
    std::string text = random_text(random);
    auto number = static_cast<int64_t>(random());
    json::Writer out;
    out.object().member("t" + text).string(text).member("n").integer(number).member("a").array();
    out.boolean(true).null().object().close().close().close();
    Oracle expected = {{"t" + text, text}, {"n", number}, {"a", {true, nullptr, Oracle::object()}}};
    REQUIRE(Oracle::parse(out.take()) == expected);
  }
}

TEST_CASE("what nlohmann/json refuses is not split either") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 3000; ++i) {
    std::string text = Oracle{{"a", random_value(random, 0)}, {"b", 1}}.dump();
    text.resize(below(random, text.size()));
    // Cut anywhere, it is no object: there is no shorter one at its front.
    REQUIRE_FALSE(Oracle::accept(text));
    REQUIRE_FALSE(json::members(text).ok());
  }
}
