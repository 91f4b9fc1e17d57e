-- A few rows to look at. Loading this again changes nothing.
insert into users (user_id, email, metadata) values
  ('ada', 'ada@example.com', '{"plan": "pro", "tags": ["engines"]}'),
  ('grace', 'grace@example.com', '{"plan": "free"}'),
  ('linus', 'linus@example.com', null)
on conflict do nothing;

insert into documents (title, body, embedding)
select title, body, embedding::vector
from (values
  ('Red', 'The colour of ripe tomatoes.', '[1, 0, 0]'),
  ('Orange', 'Between red and yellow.', '[1, 0.5, 0]'),
  ('Green', 'The colour of leaves.', '[0, 1, 0]'),
  ('Blue', 'The colour of the sky.', '[0, 0, 1]')
) as seed (title, body, embedding)
where not exists (select from documents);
