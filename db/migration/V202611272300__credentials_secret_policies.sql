-- How values are made: recipes, none of which is a value.

create table secret_policy (
    tenant_id   text collate "C" not null references tenant,
    policy_id   uuid not null,
    name        text collate "C" not null,
    description text,
    -- what it is for, to people; it restricts nothing
    policy_type text collate "C" not null check (policy_type in ('password', 'api_key', 'oauth_client', 'ssh_key', 'custom')),
    fields      json not null,
    is_active   boolean not null,
    revision    integer not null,
    created_at  timestamptz not null,
    created_by  text collate "C" not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, policy_id),
    unique (tenant_id, name)
);

alter table secret_policy enable row level security;
alter table secret_policy force row level security;
create policy tenant_isolation on secret_policy to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on secret_policy to scaivault_app;
