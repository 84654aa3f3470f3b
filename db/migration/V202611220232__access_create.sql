-- Policies and who is bound to them.

create table policy (
    tenant_id   text collate "C" not null references tenant,
    policy_id   text collate "C" not null,
    name        text collate "C" not null,
    description text,
    scope       text not null check (scope in ('tenant', 'partner')),
    rules       jsonb not null,
    is_active   boolean not null,
    revision    integer not null,
    created_at  timestamptz not null,
    created_by  text collate "C" not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, policy_id),
    unique (tenant_id, name)
);

create table policy_binding (
    tenant_id     text collate "C" not null,
    binding_id    text collate "C" not null,
    policy_id     text collate "C" not null,
    identity_type text collate "C" not null check (identity_type in ('user', 'service_account', 'group', 'system')),
    identity_id   text collate "C" not null,
    expires_at    timestamptz,
    created_at    timestamptz not null,
    created_by    text collate "C" not null,
    primary key (tenant_id, binding_id),
    unique (tenant_id, policy_id, identity_id),
    foreign key (tenant_id, policy_id) references policy
);

alter table policy enable row level security;
alter table policy force row level security;
create policy tenant_isolation on policy
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

alter table policy_binding enable row level security;
alter table policy_binding force row level security;
create policy tenant_isolation on policy_binding
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

create trigger policy_epoch
    after insert or update or delete on policy
    for each row execute function bump_tenant_epoch();
create trigger policy_binding_epoch
    after insert or update or delete on policy_binding
    for each row execute function bump_tenant_epoch();

grant select, insert, update, delete on policy, policy_binding to scaivault_app;
