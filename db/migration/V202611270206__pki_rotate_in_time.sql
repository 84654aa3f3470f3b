-- When the keys of authorities are to give way to others, and whether the service sees to that.

alter table certificate_authority add column auto_rotate boolean not null default false;
grant update (auto_rotate) on certificate_authority to scaivault_app;
grant select (status) on certificate_authority to scaivault_worker;

-- What was found by whoever looked last. It says nothing of the authority that its certificate and its roles do not.
create table ca_rotation (
    tenant_id     text collate "C" not null,
    ca_id         uuid not null,
    -- when the key that signs is to give way; none before anybody looked
    rotate_at     timestamptz,
    -- when somebody looks next, or tries again; whoever does so moves it, so that no other does
    look_at       timestamptz not null,
    -- that failed, and why the last of them did
    attempts      integer not null default 0,
    error_code    text collate "C",
    error_message text,
    primary key (tenant_id, ca_id),
    foreign key (tenant_id, ca_id) references certificate_authority,
    check ((error_code is null) = (error_message is null))
);
create index ca_rotation_look on ca_rotation (look_at);
alter table certificate_authority no force row level security;
insert into ca_rotation (tenant_id, ca_id, look_at) select a.tenant_id, a.ca_id, now() from certificate_authority a;
alter table certificate_authority force row level security;

alter table ca_rotation enable row level security;
alter table ca_rotation force row level security;
create policy tenant_isolation on ca_rotation
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update on ca_rotation to scaivault_app;
-- The worker finds where to look, and counts what is due; the rest is done as the tenant.
grant select (tenant_id, ca_id, rotate_at, look_at) on ca_rotation to scaivault_worker;
create policy worker_finds on ca_rotation for select to scaivault_worker using (true);
