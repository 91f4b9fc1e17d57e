// SHA-256, by which migrations, bundles and the rows of the journal are known.
//
//   hash::sha256_hex("abc");       // "ba7816bf…", 64 digits
//   hash::Sha256 sum;              // or piece by piece
//   sum.add("a").add("bc").hex();
//
// Source: FIPS 180-4. The same as Node's createHash('sha256'), so that a file's hash is Drizzle's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ballast::hash {

class Sha256 {
 public:
  Sha256& add(std::string_view bytes);

  // The digest of all that was added, as lower-case hex digits. Nothing may be added afterwards.
  std::string hex();

 private:
  void block(const uint8_t* bytes);

  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t rest_[64] = {};
  size_t rest_size_ = 0;
  uint64_t size_ = 0;  // bytes
};

std::string sha256_hex(std::string_view bytes);

}  // namespace ballast::hash
