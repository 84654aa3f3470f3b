-- How it goes on with certificates whose private key is kept: those of a role that says so are renewed by the service.

create table certificate_renewal (
    tenant_id      text collate "C" not null,
    certificate_id uuid not null,
    -- the first of those of which each came in the place of the one before; it may be gone already
    line_id        uuid not null,
    -- in that line
    place          integer not null check (place >= 1),
    auto_renew     boolean not null,
    -- that was given, and the next will have
    ttl_seconds    bigint not null check (ttl_seconds > 0),
    -- when it is renewed, or tried again; whoever does so moves it, so that no other does. None: never, or it was
    due_at         timestamptz,
    -- that failed, and why the last of them did
    attempts       integer not null default 0,
    error_code     text collate "C",
    error_message  text,
    primary key (tenant_id, certificate_id),
    -- one certificate comes in the place of another, and not two
    unique (tenant_id, line_id, place),
    foreign key (tenant_id, certificate_id) references certificate on delete cascade,
    check ((error_code is null) = (error_message is null))
);
create index certificate_renewal_due on certificate_renewal (due_at) where due_at is not null;

-- What was kept before is not renewed by itself, and may be from now on.
alter table certificate no force row level security;
alter table certificate_key no force row level security;
insert into certificate_renewal (tenant_id, certificate_id, line_id, place, auto_renew, ttl_seconds)
    select c.tenant_id, c.certificate_id, c.certificate_id, 1, false,
        greatest(1, extract(epoch from c.not_after - greatest(c.not_before, date_trunc('second', c.created_at)))::bigint + 1)
    from certificate_key k join certificate c on c.tenant_id = k.tenant_id and c.certificate_id = k.certificate_id;
alter table certificate force row level security;
alter table certificate_key force row level security;

alter table certificate_renewal enable row level security;
alter table certificate_renewal force row level security;
create policy tenant_isolation on certificate_renewal
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert on certificate_renewal to scaivault_app;
grant update (auto_renew, due_at, attempts, error_code, error_message) on certificate_renewal to scaivault_app;
-- The worker finds what is due, and does nothing about it: that is done as the tenant.
grant select (tenant_id, certificate_id, due_at) on certificate_renewal to scaivault_worker;
create policy worker_finds on certificate_renewal for select to scaivault_worker using (due_at is not null);
