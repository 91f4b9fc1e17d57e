// Every event in every state of a Task is answered, and what is over stays over.

#include "ballast/codec.h"
#include "ballast/neon.h"
#include "seed.h"

using namespace ballast;
using laws::below;

namespace {

constexpr std::pair<const char*, const char*> kEvents[] = {
    {R"({"start":{}})", ""},
    {R"({"woke":{}})", ""},
    {R"({"reply":{"status":500},"random":3})",
     R"({"message":"Control plane request failed","code":""})"},
    {R"({"reply":{"status":400},"random":3})", R"({"message":"m","code":"42601"})"},
    {R"({"reply":{"status":502}})", "<html>"},
    {R"({"reply":{}})", ""},
    {R"({"failed":{"why":"connect","message":"m"},"random":999})", ""},
    {R"({"failed":{"why":"timeout","message":"m"}})", ""},
    {R"({"failed":{"why":"reply","message":"m","code":"BC002"}})", ""},
    {R"({"unknown":{}})", ""},
    {"", ""},
    {"[", ""},
};

bool is_over(const Frame& frame) { return frame.head.substr(0, 8) == R"({"error")"; }

}  // namespace

TEST_CASE("a request answers every event in every state, and ends within its attempts") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 5000; ++i) {
    neon::Policy policy;
    policy.attempts = static_cast<int64_t>(1 + below(random, 4));
    policy.idempotent = below(random, 2) != 0;
    std::unique_ptr<Task> task = neon::make_request(policy);
    Frame last;
    bool over = false;
    int64_t sleeps = 0;
    for (int n = 0; n < 12; ++n) {
      const auto& [head, body] = kEvents[below(random, std::size(kEvents))];
      Frame frame = task->step(head, body);
      REQUIRE_FALSE(frame.head.empty());
      if (over) REQUIRE(frame == last);
      over = is_over(frame);
      sleeps += frame.head.substr(0, 8) == R"({"sleep")";
      last = frame;
    }
    REQUIRE(sleeps < policy.attempts);
  }
}

TEST_CASE("no error of a connection string quotes it") {
  BALLAST_RANDOM(random);
  const std::string alphabet = "postgresql://:@/?#[]%.-a9Zé ";
  for (int i = 0; i < 20000; ++i) {
    std::string text = below(random, 2) ? "postgresql://" : "";
    text += "sEcReT";
    for (uint64_t n = below(random, 30); n > 0; --n)
      text += alphabet[below(random, alphabet.size())];
    Result<neon::Endpoint> endpoint = neon::resolve({.connection_string = text});
    if (!endpoint.ok()) REQUIRE(endpoint.error().message.find("sEcReT") == std::string::npos);
  }
}

TEST_CASE("bytes survive their hex digits") {
  BALLAST_RANDOM(random);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
    std::string hex(size * 2, '\0');
    codec::write_hex(reinterpret_cast<const uint8_t*>(bytes.data()), size,
                     reinterpret_cast<uint8_t*>(hex.data()));
    std::string back(2 * size + 2, '\0');
    size_t read = 0;
    REQUIRE(codec::read_bytea("\\x" + hex, reinterpret_cast<uint8_t*>(back.data()), read));
    REQUIRE(back.substr(0, read) == bytes);
  }
}
