-- An order of which nothing is done any more is over, and keeps no other from beginning, however it stands: one whose cleaning was given up stayed pending.
alter table acme_order no force row level security;
update acme_order set status = 'invalid', finished_at = now() where stage = 'done' and status in ('pending', 'processing');
alter table acme_order force row level security;
create unique index acme_order_open on acme_order (tenant_id, certificate_id) where status in ('pending', 'processing') and stage <> 'done';
drop index acme_order_under_way;
