-- The end of keys, and with them of what they wrap: asked for, waited for, confirmed, done, and told what can be read no more.

alter table tenant drop constraint tenant_status_check;
alter table tenant add constraint tenant_status_check check (status in ('active', 'suspended', 'erased'));
alter table partner add column erased_at timestamptz;

-- What is left of a destroyed key: which it was, when it ended, and the SHA-256 of what had been stored of it.
alter table tenant_key drop constraint tenant_key_state_check;
alter table tenant_key add constraint tenant_key_state_check check (state in ('active', 'retired', 'destroyed'));
alter table tenant_key alter column wrapped_key drop not null;
alter table tenant_key add column destroyed_at timestamptz;
alter table tenant_key add column wrapped_sha256 bytea;
alter table tenant_key add constraint tenant_key_destroyed check ((state = 'destroyed') = (wrapped_key is null));
alter table partner_key drop constraint partner_key_state_check;
alter table partner_key add constraint partner_key_state_check check (state in ('active', 'retired', 'destroyed'));
alter table partner_key alter column wrapped_key drop not null;
alter table partner_key add column destroyed_at timestamptz;
alter table partner_key add column wrapped_sha256 bytea;
alter table partner_key add constraint partner_key_destroyed check ((state = 'destroyed') = (wrapped_key is null));

-- An erasure lies in the space that the partner of whoever asked for it shares: the tenant's own log ends with it.
create table key_erasure (
    tenant_id    text collate "C" not null references tenant,
    erasure_id   text collate "C" not null,
    level        text collate "C" not null check (level in ('partner', 'tenant')),
    -- whose keys
    subject      text collate "C" not null,
    status       text collate "C" not null check (status in ('SCHEDULED', 'CANCELLED', 'CONFIRMED', 'COMPLETED')),
    requested_by text collate "C" not null,
    requested_at timestamptz not null,
    -- not before that moment, and not long after it
    due_at       timestamptz not null,
    expires_at   timestamptz not null,
    confirmed_by text collate "C",
    confirmed_at timestamptz,
    cancelled_by text collate "C",
    finished_at  timestamptz,
    report       jsonb,
    primary key (tenant_id, erasure_id)
);
create index key_erasure_confirmed on key_erasure (confirmed_at) where status = 'CONFIRMED';

alter table key_erasure enable row level security;
alter table key_erasure force row level security;
create policy tenant_isolation on key_erasure
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update on key_erasure to scaivault_app;

-- The worker finds what was confirmed. It changes nothing: that is done as the tenant whose keys end.
grant select (tenant_id, erasure_id, status, confirmed_at) on key_erasure to scaivault_worker;
create policy worker_finds on key_erasure for select to scaivault_worker using (true);

-- Destroys every generation of the tenant's key, and ends the tenant; tells how many there were. Again, it does nothing. The worker's alone, as all of this.
create function destroy_tenant_keys(mine text) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    destroyed integer;
begin
    perform set_config('app.tenant_id', mine, true);
    update tenant set status = 'erased', epoch = epoch + 1 where tenant_id = mine and status <> 'erased';
    update tenant_key
    set state = 'destroyed', destroyed_at = now(), wrapped_sha256 = sha256(wrapped_key), wrapped_key = null
    where tenant_id = mine and state <> 'destroyed';
    get diagnostics destroyed = row_count;
    return destroyed;
end
$$;
revoke execute on function destroy_tenant_keys(text) from public;
grant execute on function destroy_tenant_keys(text) to scaivault_worker;

-- The keys of the tenants of the partner whose shared space is set.
create policy partner_seen on tenant_key for select to scaivault_owner
    using (partner_id = nullif(current_setting('app.tenant_id', true), ''));

-- Destroys every generation of the partner's key; false, and nothing done to keys, while a tenant of the partner is not erased.
create function destroy_partner_keys(mine text) returns boolean
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
begin
    perform set_config('app.tenant_id', mine, true);
    -- From here on no tenant of the partner begins.
    update partner set erased_at = coalesce(erased_at, now()) where partner_id = mine;
    if exists (select from tenant t where t.partner_id = mine and t.status <> 'erased')
        or exists (select from tenant_key k where k.partner_id = mine and k.state <> 'destroyed') then
        return false;
    end if;
    update partner_key
    set state = 'destroyed', destroyed_at = now(), wrapped_sha256 = sha256(wrapped_key), wrapped_key = null
    where partner_id = mine and state <> 'destroyed';
    return true;
end
$$;
revoke execute on function destroy_partner_keys(text) from public;
grant execute on function destroy_partner_keys(text) to scaivault_worker;

-- A tenant that appears after its partner was erased.
create function status_under_erased_partner() returns trigger
    language plpgsql
    set search_path = pg_catalog, public
as $$
begin
    if exists (select from partner p where p.partner_id = new.partner_id and p.erased_at is not null) then
        new.status := 'erased';
    end if;
    return new;
end
$$;
create trigger tenant_under_erased_partner before insert on tenant
    for each row execute function status_under_erased_partner();
