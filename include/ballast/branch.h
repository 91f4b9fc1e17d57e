// Neon's management API: branches, and what hangs on them.
//
// Each thing that can be asked for is a conversation over HTTPS: names are looked up, the request
// is made, what Neon then does by itself (its operations) is followed to the end. The outside adds
// the host and the API key, which never come in here, and so are in no transcript.
//
//   make_branch({"do":"create","project":"…","name":"preview","expires":"2026-01-01T00:00:00Z"})
//
// What is sent again, and when, is src/neon/retry.cpp's say. A change whose answer was lost is
// never just repeated: the names and times at Neon say what became of it, so nothing is made twice.
//
// Source: the OpenAPI file that npm's @neondatabase/api-client ships. src/branch/README.md has what
// can be asked for, wasm/README.md the frames.

#pragma once

#include <memory>
#include <string_view>

#include "ballast/result.h"
#include "ballast/task.h"

namespace ballast::branch {

// A conversation, of which `json` says what is wanted. Errors: class BB, core_head.
Result<std::unique_ptr<Task>> make_branch(std::string_view json);

}  // namespace ballast::branch
