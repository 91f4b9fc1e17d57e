// Memory that a block's values are written into, kept from one block to the next.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "ballast/result.h"

// For what the row loop calls for every cell. Without it the linker may take a copy of the function
// that another file, which is compiled for size, has not inlined.
#define BALLAST_INLINE __attribute__((always_inline)) inline

namespace ballast::tape {

// A growing row of plain values. Unlike std::vector it hands out room first and takes the size
// afterwards, which is what a kernel that stores sixteen bytes to keep three wants.
template <typename T>
class Pool {
 public:
  Pool() = default;
  ~Pool() { free(data_); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  BALLAST_INLINE T* data() { return data_; }
  BALLAST_INLINE uint32_t size() const { return size_; }
  BALLAST_INLINE void resize(uint32_t size) { size_ = size; }

  // Room for `count` values behind the size; earlier pointers into the pool are no longer good.
  BALLAST_INLINE T* room(uint32_t count) {
    if (__builtin_expect(capacity_ - size_ < count, 0)) grow(count);
    return data_ + size_;
  }
  // The same for a kernel that has written up to `at`, in a pool that it took room in before.
  BALLAST_INLINE T* more_room(T* at, uint32_t count) {
    if (__builtin_expect(data_ + capacity_ - at >= static_cast<ptrdiff_t>(count), 1)) return at;
    size_ = static_cast<uint32_t>(at - data_);
    return room(count);
  }
  // Makes `at` the end.
  BALLAST_INLINE void end_at(const T* at) { size_ = static_cast<uint32_t>(at - data_); }

  BALLAST_INLINE void push(T value) {
    *room(1) = value;
    ++size_;
  }
  void append(const T* values, uint32_t count) {
    memcpy(room(count), values, count * sizeof(T));
    size_ += count;
  }

  // Empties the pool, and gives its memory back where one large row has made it larger than
  // `kept` values.
  void clear(uint32_t kept) {
    size_ = 0;
    if (capacity_ <= kept) return;
    free(data_);
    data_ = nullptr;
    capacity_ = 0;
  }

 private:
  __attribute__((noinline)) void grow(uint32_t count) {
    uint32_t wanted = capacity_ * 2 > 64 ? capacity_ * 2 : 64;
    if (wanted < size_ + count) wanted = size_ + count;
    auto* data = static_cast<T*>(malloc(static_cast<size_t>(wanted) * sizeof(T)));
    BALLAST_CHECK(data != nullptr);
    if (size_ > 0) memcpy(data, data_, static_cast<size_t>(size_) * sizeof(T));
    free(data_);
    data_ = data;
    capacity_ = wanted;
  }

  T* data_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace ballast::tape
