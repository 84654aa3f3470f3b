-- Revoked certificates and authorities, the lists that tell of them (RFC 5280), and what certificates are searched by.

alter table certificate_authority
    -- a certificate's part of the list is the last octet of its number, modulo this; as certificates name their part, it never changes
    add column crl_partitions integer not null default 1 check (crl_partitions between 1 and 256),
    add column revoked_at timestamptz,
    -- RFC 5280 §5.3.1
    add column revocation_reason smallint check (revocation_reason in (0, 1, 2, 3, 4, 5, 9, 10)),
    add check ((status = 'revoked') = (revoked_at is not null and revocation_reason is not null));
grant update (revoked_at, revocation_reason) on certificate_authority to scaivault_app;
create index certificate_authority_revoked on certificate_authority (tenant_id, ca_id) where status = 'revoked';

-- Whoever has no token names an authority and not a tenant: which tenant that is tells one function, and nothing else. The owner serves no requests.
create index certificate_authority_id on certificate_authority (ca_id);
create policy owner_finds on certificate_authority for select to scaivault_owner using (true);
create function pki_authority_tenant(authority uuid) returns text
    language sql
    stable
    security definer
    set search_path = pg_catalog, public
as $$
    select a.tenant_id from public.certificate_authority a where a.ca_id = authority
$$;
revoke execute on function pki_authority_tenant(uuid) from public;
grant execute on function pki_authority_tenant(uuid) to scaivault_app;

-- Certificates that were revoked one by one; those of a revoked authority are so without a row. What one key signed is the scope of one list, which is made in the order of the primary key.
create table certificate_revocation (
    tenant_id       text collate "C" not null,
    ca_id           uuid not null,
    ca_generation   integer not null,
    serial          bytea not null check (length(serial) between 1 and 20),
    -- none where the certificate is not stored here
    certificate_id  uuid,
    -- RFC 5280 §5.3.1
    reason          smallint not null check (reason in (0, 1, 2, 3, 4, 5, 6, 9, 10)),
    revoked_at      timestamptz not null,
    invalidity_date timestamptz,
    -- of the certificate
    not_after       timestamptz not null,
    -- it was on hold, and is not any more: lists of changes tell so, until they begin after it
    released        boolean not null default false,
    changed_at      timestamptz not null,
    primary key (tenant_id, ca_id, ca_generation, serial),
    check (not released or reason = 6)
);
create index certificate_revocation_changed on certificate_revocation (tenant_id, ca_id, ca_generation, changed_at, serial);
create index certificate_revocation_unstored on certificate_revocation (tenant_id, not_after) where certificate_id is null;
create index certificate_revocation_released on certificate_revocation (tenant_id, changed_at) where released;

alter table certificate_revocation enable row level security;
alter table certificate_revocation force row level security;
create policy tenant_isolation on certificate_revocation
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on certificate_revocation to scaivault_app;
grant update (reason, revoked_at, invalidity_date, released, changed_at) on certificate_revocation to scaivault_app;

-- What certificates are searched by. The operators of arrays do not pass row-level security, those of texts do: hence a row for each name.
create table certificate_name (
    tenant_id      text collate "C" not null,
    -- dns:…, ip:…, email:…, uri:…
    name           text collate "C" not null,
    certificate_id uuid not null,
    primary key (tenant_id, name, certificate_id)
);
alter table certificate no force row level security;
insert into certificate_name (tenant_id, name, certificate_id)
    select distinct c.tenant_id, n.name, c.certificate_id from certificate c cross join lateral unnest(c.sans) as n (name) where c.status <> 'reserved';
alter table certificate force row level security;

alter table certificate_name enable row level security;
alter table certificate_name force row level security;
create policy tenant_isolation on certificate_name
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on certificate_name to scaivault_app;

create index certificate_by_role on certificate (tenant_id, role, certificate_id) where status <> 'reserved' and role is not null;
create index certificate_revoked on certificate (tenant_id, certificate_id) where status = 'revoked';
grant delete on certificate to scaivault_app;

-- How far numbers were looked through that were reserved and never used: ids are in the order of time, so that each is looked at once.
create table pki_purge (
    tenant_id        text collate "C" not null,
    reserved_through uuid not null,
    primary key (tenant_id)
);

alter table pki_purge enable row level security;
alter table pki_purge force row level security;
create policy tenant_isolation on pki_purge
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update on pki_purge to scaivault_app;

-- When the lists of an authority are made next, and who makes them now.
create table crl_schedule (
    tenant_id   text collate "C" not null,
    ca_id       uuid not null,
    due_at      timestamptz not null,
    -- after a revocation: a list that takes long is not made again at once
    delay_ms    integer not null,
    -- the last number that was given to a list; one that was given is never given again, whatever became of it
    last_number bigint not null default 0,
    -- whoever makes them renews it; after that moment another may
    builder     uuid,
    lease_until timestamptz,
    failures    integer not null default 0,
    primary key (tenant_id, ca_id)
);
create index crl_schedule_due on crl_schedule (due_at);
create index crl_schedule_left on crl_schedule (lease_until) where lease_until is not null;
alter table certificate_authority no force row level security;
insert into crl_schedule (tenant_id, ca_id, due_at, delay_ms) select a.tenant_id, a.ca_id, now(), 5000 from certificate_authority a;
alter table certificate_authority force row level security;

alter table crl_schedule enable row level security;
alter table crl_schedule force row level security;
create policy tenant_isolation on crl_schedule
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update on crl_schedule to scaivault_app;
-- The worker finds what is due. It makes none: that is done as the tenant.
grant select (tenant_id, ca_id, due_at, lease_until) on crl_schedule to scaivault_worker;
create policy worker_finds on crl_schedule for select to scaivault_worker using (true);

-- A list, for one key and one part, or of what changed since another one.
create table crl (
    tenant_id     text collate "C" not null,
    crl_id        uuid not null,
    ca_id         uuid not null,
    ca_generation integer not null,
    part          integer not null,
    delta         boolean not null,
    number        bigint not null,
    -- of a list of changes: since which
    base_number   bigint,
    this_update   timestamptz not null,
    next_update   timestamptz not null,
    entries       bigint not null,
    -- of the DER
    size_bytes    bigint not null,
    sha256        bytea not null,
    pieces        integer not null,
    created_at    timestamptz not null,
    -- that a newer one took its place; its pieces stay for those who are reading them
    replaced_at   timestamptz,
    primary key (tenant_id, crl_id),
    check (delta = (base_number is not null))
);
create unique index crl_current on crl (tenant_id, ca_id, ca_generation, part, delta) where replaced_at is null;
create index crl_of_place on crl (tenant_id, ca_id, ca_generation, part, delta, number);

alter table crl enable row level security;
alter table crl force row level security;
create policy tenant_isolation on crl
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on crl to scaivault_app;
grant update (replaced_at) on crl to scaivault_app;

-- Its DER, in order: the head, then entries, then what follows them. Written before the list is there.
create table crl_piece (
    tenant_id  text collate "C" not null,
    crl_id     uuid not null,
    piece      integer not null,
    content    bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, crl_id, piece)
);
-- It does not shrink.
alter table crl_piece alter column content set storage external;
-- Those of a list that was never finished are found by their first, which is not the head: that is written last.
create index crl_piece_age on crl_piece (tenant_id, created_at) where piece = 1;

alter table crl_piece enable row level security;
alter table crl_piece force row level security;
create policy tenant_isolation on crl_piece
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, delete on crl_piece to scaivault_app;
