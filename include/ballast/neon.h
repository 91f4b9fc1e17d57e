// Neon's SQL over HTTP, but for the rows: where a connection string leads to, what a reply that is
// not a result means, and whether its request may be sent again.
//
// Source: the public proxy of Neon (proxy/src/serverless/sql_over_http.rs, http_util.rs), observed
// through the official driver 1.2.0. The request itself is made by the binding, since only
// JavaScript can turn a JavaScript value into text.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"
#include "ballast/task.h"

namespace ballast::neon {

// What a connection string says, or its parts; empty where nothing was said.
struct Parts {
  std::string connection_string, user, password, host, port, database;
};

// Where requests go.
struct Endpoint {
  std::string url;      // of POST, for a password
  std::string jwt_url;  // of POST, for a token in Authorization
  std::string host, port;
  std::string connection_string;  // the value of Neon-Connection-String: ASCII, percent-encoded

  bool operator==(const Endpoint&) const = default;
};

// Reads `parts`; those that are given apart go before those in the string. A host's first label is
// the endpoint's name and is replaced by `api` or `apiauth`, as Neon's DNS wants; a loopback host
// is a local endpoint and is spoken to over plain HTTP at its own port. Errors: class BN.
Result<Endpoint> resolve(const Parts& parts);

// How often, how soon and for what a request is sent again.
struct Policy {
  int64_t attempts = 3;  // in all
  int64_t base_ms = 50;  // the longest wait before the second; it doubles each time
  int64_t max_ms = 1000;
  bool idempotent = false;         // sending twice does no harm (or the server enforces read only)
  std::vector<std::string> codes;  // SQLSTATEs that are worth another attempt
};

// A policy out of JSON: {"attempts":3,"baseMs":50,"maxMs":1000,"idempotent":false,"codes":[]}, of
// which any part may be missing. Errors: class BC.
Result<Policy> read_policy(std::string_view json);

// What came instead of a result.
struct Reply {
  int64_t status = 0;
  std::string_view body;
};
struct Failure {
  enum class Why : uint8_t { connect, reset, timeout, abort, reply } why = Why::connect;
  std::string message;
  std::string code;        // of an unreadable reply: class BC
  bool delivered = false;  // rows have reached the caller
};

// The error that stands for it, with its fate; `transient` where another attempt may go better.
struct Judgement {
  Error error;
  bool transient = false;
};
Judgement judge(const Reply& reply);
Judgement judge(const Failure& failure);

// Whether a request that was judged so is sent again, under `policy`: the one decision of that
// kind.
bool may_send_again(const Policy& policy, const Judgement& judgement);

// How long to wait before the attempt after number `attempt`, in ms; `random` in [0, 1).
int64_t wait_ms(const Policy& policy, int64_t attempt, double random);

// What the caller of a Task says of a request that failed: {"why":"reset","message":"…"} with
// "code" and "delivered" where they apply. Errors: core_head where `why` is none of ours.
Result<Failure> read_failure(std::string_view json);

// The status out of {"status":200}. Errors: core_head where there is none.
Result<int64_t> read_status(std::string_view json);

// A Task for a request whose first attempt went wrong: it asks for sleeps and further attempts, or
// ends with the error. Fields of its heads: wasm/README.md.
std::unique_ptr<Task> make_request(Policy policy);

}  // namespace ballast::neon
