-- One at a time for each certificate, until it is over: an order of which nothing is left but to remove its records from DNS does not keep the next one from beginning.
create unique index acme_order_under_way on acme_order (tenant_id, certificate_id) where status in ('pending', 'processing');
drop index acme_order_open;
