// SHA-256: known digests, and that pieces add up.

#include <catch2/catch_test_macros.hpp>

#include "ballast/hash.h"
#include "seed.h"

using namespace ballast;

TEST_CASE("digests that FIPS 180-4's examples give") {
  CHECK(hash::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash::sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash::sha256_hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a text in pieces has the digest of the whole") {
  BALLAST_RANDOM(random);
  for (int round = 0; round < 200; ++round) {
    std::string text(laws::below(random, 300), '\0');
    for (char& c : text) c = static_cast<char>(laws::below(random, 256));
    size_t first = laws::below(random, text.size() + 1);
    size_t second = first + laws::below(random, text.size() - first + 1);
    std::string_view view = text;
    hash::Sha256 sum;
    sum.add(view.substr(0, first)).add(view.substr(first, second - first));
    CHECK(sum.add(view.substr(second)).hex() == hash::sha256_hex(text));
  }
}
