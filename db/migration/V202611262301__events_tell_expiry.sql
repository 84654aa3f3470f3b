-- Whose expiry was told of. One row for each thing: another expiry begins anew, and of one that several thresholds have passed the nearest is told.
create table expiry_notice (
    tenant_id  text collate "C" not null,
    -- 'secret' or 'certificate'
    kind       text collate "C" not null,
    -- a path, or an id
    subject    text collate "C" not null,
    expires_at timestamptz not null,
    -- how long before, such as '7d'; '0' when it has expired
    threshold  text collate "C" not null,
    primary key (tenant_id, kind, subject)
);
create index expiry_notice_age on expiry_notice (expires_at);

alter table expiry_notice enable row level security;
alter table expiry_notice force row level security;
create policy tenant_isolation on expiry_notice to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update (expires_at, threshold) on expiry_notice to scaivault_app;

-- What is long over is of no use to anybody.
create policy worker_finds on expiry_notice for select to scaivault_worker using (expires_at < now() - interval '30 days');
create policy worker_disposes on expiry_notice for delete to scaivault_worker using (expires_at < now() - interval '30 days');
grant select (tenant_id, kind, subject, expires_at), delete on expiry_notice to scaivault_worker;
