-- Nothing that drizzle-kit writes by itself: `drizzle-kit generate --custom` makes such a file.
CREATE EXTENSION IF NOT EXISTS vector;
