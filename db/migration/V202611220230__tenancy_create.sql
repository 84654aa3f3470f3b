-- Partners, tenants and their wrapped keys.

create table partner (
    partner_id text collate "C" primary key,
    created_at timestamptz not null
);

-- A partner's shared space is a row here too: it bears the partner's id.
create table tenant (
    tenant_id        text collate "C" primary key,
    partner_id       text collate "C" not null references partner,
    status           text not null default 'active' check (status in ('active', 'suspended')),
    -- grows with every change of the tenant's policies, bindings or keys; what is cached under an older number is stale
    epoch            bigint not null default 1,
    soft_delete_days integer not null default 30 check (soft_delete_days between 1 and 365),
    created_at       timestamptz not null
);

create table partner_key (
    partner_id  text collate "C" not null references partner,
    key_id      uuid not null,
    generation  integer not null check (generation > 0),
    state       text not null check (state in ('active', 'retired')),
    root_key_id text collate "C" not null,
    wrapped_key bytea not null,
    created_at  timestamptz not null,
    primary key (partner_id, key_id),
    unique (partner_id, generation)
);
create unique index partner_key_active on partner_key (partner_id) where state = 'active';

create table tenant_key (
    tenant_id      text collate "C" not null references tenant,
    key_id         uuid not null,
    generation     integer not null check (generation > 0),
    state          text not null check (state in ('active', 'retired')),
    partner_id     text collate "C" not null,
    partner_key_id uuid not null,
    wrapped_key    bytea not null,
    created_at     timestamptz not null,
    primary key (tenant_id, key_id),
    unique (tenant_id, generation),
    foreign key (partner_id, partner_key_id) references partner_key
);
create unique index tenant_key_active on tenant_key (tenant_id) where state = 'active';

alter table tenant enable row level security;
alter table tenant force row level security;
create policy tenant_isolation on tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

alter table tenant_key enable row level security;
alter table tenant_key force row level security;
create policy tenant_isolation on tenant_key
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

-- A tenant sees the keys of its own partner only: the row of tenant that it can see names the partner.
alter table partner_key enable row level security;
alter table partner_key force row level security;
create policy partner_isolation on partner_key
    using (exists (select from tenant t where t.partner_id = partner_key.partner_id))
    with check (exists (select from tenant t where t.partner_id = partner_key.partner_id));

create function bump_tenant_epoch() returns trigger
    language plpgsql
    set search_path = pg_catalog, public
as $$
begin
    update tenant set epoch = epoch + 1 where tenant_id = coalesce(new.tenant_id, old.tenant_id);
    return null;
end
$$;

create trigger tenant_key_epoch
    after insert or update or delete on tenant_key
    for each row execute function bump_tenant_epoch();

grant select, insert on partner to scaivault_app;
grant select, insert on tenant to scaivault_app;
grant update (epoch) on tenant to scaivault_app;
grant select, insert on partner_key, tenant_key to scaivault_app;

-- The worker visits every tenant, and only to learn which there are.
grant select on tenant to scaivault_worker;
create policy worker_reads on tenant for select to scaivault_worker using (true);
