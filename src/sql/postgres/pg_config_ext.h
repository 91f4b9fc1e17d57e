// PostgreSQL's 64-bit integer, by the one name that is right on every target.

#pragma once

#define PG_INT64_TYPE long long int
