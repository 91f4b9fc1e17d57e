-- What the database shall look like. Change it, then `ballast generate` writes the migration.

create table notes (
  note_id bigint generated always as identity primary key,
  body text not null,
  created_at timestamp with time zone not null default now()
);
