// PostgreSQL wants a header for each system; the parser needs nothing of any.

#pragma once
