// inet, cidr, macaddr and macaddr8 (network.c, inet_net_pton.c, mac.c, mac8.c).

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "parts.h"

namespace ballast::literal {
namespace {

struct Address {
  std::array<uint8_t, 16> bytes{};
  int bits = -1;  // of the network
};

// "/n" at the end; false where it is something else.
bool read_width(const char* at, int most, int& out) {
  if (*at != '/' || !is_digit(at[1])) return false;
  for (out = 0, ++at; is_digit(*at) && out <= most; ++at) out = out * 10 + (*at - '0');
  return *at == '\0' && out <= most;
}

// A number up to 255.
bool read_octet(const char*& at, uint8_t& out) {
  int value = 0;
  if (!is_digit(*at)) return false;
  for (; is_digit(*at); ++at) {
    value = value * 10 + (*at - '0');
    if (value > 255) return false;
  }
  out = static_cast<uint8_t>(value);
  return true;
}

// What a network's first octet says of its width, where it is not given.
int class_width(int octet, int octets) {
  int bits = octet >= 240 ? 32 : octet >= 224 ? 8 : octet >= 192 ? 24 : octet >= 128 ? 16 : 8;
  if (bits < octets * 8) bits = octets * 8;
  return bits == 8 && octet == 224 ? 4 : bits;
}

bool read_hex_network(const char*& at, Address& out, int& octets) {
  int digits = 0;
  for (int digit; (digit = digit_of(*at, 16)) >= 0; ++at, ++digits) {
    if (digits == 8) return false;
    out.bytes[static_cast<size_t>(digits / 2)] |=
        static_cast<uint8_t>(digits % 2 == 0 ? digit << 4 : digit);
  }
  octets = (digits + 1) / 2;
  return true;
}

bool read_v4(const char* at, bool cidr, Address& out) {
  int octets = 0;
  if (cidr && at[0] == '0' && lower(at[1]) == 'x' && digit_of(at[2], 16) >= 0) {
    at += 2;
    if (!read_hex_network(at, out, octets)) return false;
  } else {
    while (true) {
      // An inet may end with a point, which says nothing.
      if (!cidr && octets > 0 && !is_digit(*at)) break;
      if (octets == 4 || !read_octet(at, out.bytes[static_cast<size_t>(octets)])) return false;
      ++octets;
      if (*at == '\0' || *at == '/') break;
      if (*at++ != '.') return false;
    }
  }
  if (*at != '\0' && !read_width(at, 32, out.bits)) return false;
  if (cidr) {
    if (out.bits < 0) out.bits = class_width(out.bytes[0], octets);
    return true;
  }
  if (out.bits < 0) out.bits = octets == 4 ? 32 : 255;
  return out.bits / 8 <= octets && out.bits <= 32;
}

// "/n" behind an address of version 6, without leading zeros.
bool read_v6_width(const char* at, int& out) {
  bool padded = at[1] == '0' && is_digit(at[2]);
  return !padded && read_width(at, 128, out);
}

// An address of version 4 at the end of one of version 6: octets may be missing, or be empty.
bool read_v4_tail(const char* at, uint8_t* out, int& bits) {
  for (int i = 0; i < 4; ++i) {
    bool empty = !is_digit(*at), padded = at[0] == '0' && is_digit(at[1]);
    if (padded || (!empty && !read_octet(at, out[i]))) return false;
    if (*at == '\0') return !empty;
    if (*at == '/') return read_v6_width(at, bits);
    if (*at++ != '.') return false;
  }
  return false;
}

bool read_v6(const char* at, Address& out) {
  size_t size = 0, gap = 17;
  if (*at == ':' && *++at != ':') return false;
  const char* group = at;
  int value = 0, digits = 0;
  auto put = [&] {
    if (size + 2 > 16) return false;
    out.bytes[size++] = static_cast<uint8_t>(value >> 8);
    out.bytes[size++] = static_cast<uint8_t>(value);
    value = digits = 0;
    return true;
  };
  for (; *at != '\0'; ++at) {
    int digit = digit_of(*at, 16);
    if (digit >= 0) {
      if (++digits > 4) return false;
      value = value << 4 | digit;
    } else if (*at == ':') {
      group = at + 1;
      if (digits == 0) {
        if (gap <= 16) return false;
        gap = size;
      } else if (at[1] == '\0' || !put()) {
        return false;
      }
    } else if (*at == '.' && size + 4 <= 16 && read_v4_tail(group, &out.bytes[size], out.bits)) {
      size += 4;
      digits = 0;
      break;
    } else if (*at == '/' && read_v6_width(at, out.bits)) {
      break;
    } else {
      return false;
    }
  }
  if (digits > 0 && !put()) return false;
  if (out.bits < 0) out.bits = 128;
  if (gap > 16) return size == 16;
  if (size == 16) return false;
  for (size_t i = 1; i <= size - gap; ++i) {
    out.bytes[16 - i] = out.bytes[size - i];
    out.bytes[size - i] = 0;
  }
  return true;
}

bool is_network(const Address& address, int most) {
  for (int bit = address.bits; bit < most; ++bit) {
    if ((address.bytes[static_cast<size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace

Verdict read_network(Text text, bool cidr) {
  Address address;
  bool v6 = text.find(':') != text.npos;
  bool fine = v6 ? read_v6(text.c_str(), address) : read_v4(text.c_str(), cidr, address);
  if (!fine) return bad_syntax(cidr ? "cidr" : "inet", text);
  if (!cidr || is_network(address, v6 ? 128 : 32)) return taken();
  return refused("22P02", {"invalid cidr value: \"", text, "\""},
                 "Value has bits set to right of mask.");
}

namespace {

constexpr int64_t kBeyond = int64_t{1} << 32;

// %x of sscanf, of at most `width` characters with the sign. `value` ends at kBeyond.
bool scan_hex(const char*& at, int width, int64_t& value) {
  at = skip_spaces(at);
  bool negative = *at == '-';
  if (negative || *at == '+') ++at, --width;
  int digits = 0;
  for (value = 0; digits < width && digit_of(*at, 16) >= 0; ++at, ++digits) {
    value = std::min(value << 4 | digit_of(*at, 16), kBeyond);
  }
  if (negative) value = -value;
  return digits > 0;
}

}  // namespace

// Six numbers in the first of seven forms that has them, each by what stands behind its numbers.
Verdict read_hardware_address(Text text) {
  constexpr int kAny = INT_MAX;
  struct Form {
    int width;
    char marks[6];
  };
  constexpr Form kForms[] = {{kAny, ":::::"}, {kAny, "-----"}, {2, "  :  "}, {2, "  -  "},
                             {2, " . . "},    {2, " - - "},    {2, "     "}};
  // It takes 0x for a prefix, in ways of its own where that is all there is room for.
  if (text.find_first_of("xX") != text.npos) return not_judged();
  for (const Form& form : kForms) {
    const char* at = text.c_str();
    bool fine = true, fits = true, unsure = false;
    for (int i = 0; i < 6 && fine; ++i) {
      int64_t value = 0;
      fine = scan_hex(at, form.width, value);
      fits = fits && value >= 0 && value <= 255;
      unsure = unsure || std::abs(value) == kBeyond;
      if (fine && i < 5 && form.marks[i] != ' ') fine = *at++ == form.marks[i];
    }
    if (!fine || *skip_spaces(at) != '\0') continue;
    if (unsure) return not_judged();
    if (fits) return taken();
    return refused("22003", {"invalid octet value in \"macaddr\" value: \"", text, "\""});
  }
  return bad_syntax("macaddr", text);
}

// Six or eight bytes of two digits, with one kind of mark between some or all of them.
Verdict read_long_hardware_address(Text text) {
  const char* at = skip_spaces(text.c_str());
  char mark = '\0';
  int count = 0;
  bool fine = true;
  while (at[0] != '\0' && at[1] != '\0' && fine) {
    fine = count < 8 && digit_of(at[0], 16) >= 0 && digit_of(at[1], 16) >= 0;
    if (!fine) break;
    ++count;
    at += 2;
    if (*at == ':' || *at == '-' || *at == '.') {
      fine = mark == '\0' || mark == *at;
      mark = *at++;
    }
    if ((count == 6 || count == 8) && is_space(*at)) {
      at = skip_spaces(at);
      fine = *at == '\0';
    }
  }
  return fine && (count == 6 || count == 8) ? taken() : bad_syntax("macaddr8", text);
}

}  // namespace ballast::literal
