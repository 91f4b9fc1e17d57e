-- The tables of the example Worker. Loading this again changes nothing.
create extension if not exists vector;

create table if not exists users (
  user_id text primary key,
  email text not null unique,
  created_at timestamp default now(),
  metadata jsonb
);

create table if not exists documents (
  id bigint generated always as identity primary key,
  title text not null,
  body text,
  embedding vector(3) not null
);
