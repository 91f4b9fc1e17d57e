// Dates are those of the C library's calendar, and what is printed is read back.

#include <cstdio>
#include <ctime>

#include "ballast/codec.h"
#include "dump.h"
#include "seed.h"

using namespace ballast;
using laws::below;

TEST_CASE("a timestamp is read back to its millisecond") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 100000; ++i) {
    // Years 1 to 9999.
    int64_t seconds = static_cast<int64_t>(below(random, 315537897600)) - 62135596800;
    auto micros = static_cast<int>(below(random, 1000000));
    time_t time = seconds;
    tm parts{};
    gmtime_r(&time, &parts);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d.%06d+00", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, micros);
    double out = 0;
    INFO(text);
    REQUIRE(codec::read_timestamp(text, out));
    REQUIRE(out == static_cast<double>(seconds * 1000 + micros / 1000));
  }
}

TEST_CASE("the kernel and the slow reader agree on every date") {
  // Each day of nine centuries, through a reply and by itself.
  std::string reply = R"({"fields":[{"name":"d","dataTypeID":1082}],"rows":[)";
  std::string expected = "head 1\n";
  for (int64_t day = -141428; day < 190000; day += 97) {
    time_t time = day * 86400;
    tm parts{};
    gmtime_r(&time, &parts);
    char text[32], line[64];
    snprintf(text, sizeof text, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1,
             parts.tm_mday);
    double out = 0;
    REQUIRE(codec::read_timestamp(text, out));
    REQUIRE(out == static_cast<double>(day * 86400000));
    reply += std::string(reply.back() == ']' ? "," : "") + "[\"" + text + "\"]";
    snprintf(line, sizeof line, "clock(%.17g)\n", out);
    expected += line;
  }
  reply += R"(],"command":"SELECT","rowCount":1})";
  REQUIRE(cases::dump_reply(reply) == expected + "tail SELECT 1\nend\n");
}
