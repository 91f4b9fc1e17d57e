CREATE TABLE "documents" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "title" text NOT NULL,
  "body" text,
  "embedding" vector(3) NOT NULL
);
