-- Engines that certify keys of SSH, and passwords that are good for one login.

-- The key of an engine's authority; goes with its engine.
create table ssh_authority_key (
    tenant_id   text collate "C" not null,
    -- the engine's id
    key_id      text collate "C" not null,
    engine_id   uuid not null,
    -- as sshd has it in TrustedUserCAKeys
    public_key  text collate "C" not null,
    -- sealed under the tenant's key
    private_key bytea not null,
    primary key (tenant_id, key_id),
    foreign key (tenant_id, engine_id) references dynamic_engine on delete cascade
);
alter table ssh_authority_key enable row level security;
alter table ssh_authority_key force row level security;
create policy tenant_isolation on ssh_authority_key to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on ssh_authority_key to scaivault_app;

-- A server that fetches what it trusts has no token, and names an engine: whose that is tells one function, and nothing else. The owner serves no requests.
create index ssh_authority_key_engine on ssh_authority_key (engine_id);
create policy owner_finds on ssh_authority_key for select to scaivault_owner using (true);
create function ssh_engine_tenant(engine uuid) returns text
    language sql
    stable
    security definer
    set search_path = pg_catalog, public
as $$
    select k.tenant_id from public.ssh_authority_key k where k.engine_id = engine
$$;
revoke execute on function ssh_engine_tenant(uuid) from public;
grant execute on function ssh_engine_tenant(uuid) to scaivault_app;

-- What ended before its time, and was good for anything that does not ask us.
create index lease_withdrawn on lease (tenant_id, engine_id, expires_at) where reason in ('requested', 'not_completed', 'identity_suspended', 'engine_deleted');
-- A password that is good for one login is known by its digest.
create index lease_account on lease (tenant_id, engine_id, account) where ended_at is null;
alter table lease drop constraint lease_reason_check;
alter table lease add constraint lease_reason_check
    check (reason in ('expired', 'requested', 'not_completed', 'identity_suspended', 'engine_deleted', 'used'));

-- A certificate that was withdrawn is on the list until it would have been over by itself, however long that is.
grant select (expires_at) on lease to scaivault_worker;
drop policy worker_disposes on lease;
create policy worker_disposes on lease for delete to scaivault_worker
    using (ended_at < now() - interval '30 days' and expires_at < now());
