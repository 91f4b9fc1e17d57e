CREATE TABLE "users" (
  "user_id" text PRIMARY KEY,
  "email" text NOT NULL UNIQUE,
  "created_at" timestamp DEFAULT now(),
  "metadata" jsonb
);
