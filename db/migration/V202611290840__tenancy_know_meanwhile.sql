-- A change that concerns all tenants of a partner reaches the rows that it sees. A tenant that becomes known while it is under way waits for it, or is waited for by it: every statement of these functions after the lock sees
-- what was committed before.

create or replace function apply_identity_statuses() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    space text := new.tenant_id;
    served boolean;
begin
    perform pg_advisory_xact_lock(hashtextextended('scaivault/tenants of ' || space, 0));
    served := coalesce((select p.status = 'ACTIVE' from identity_partner p where p.tenant_id = space), true);
    update tenant t
    set status = 'suspended', suspended_by_scaikey = true
    where t.partner_id = space and t.status = 'active'
        and not (served and coalesce(
            (select m.status = 'ACTIVE' from identity_tenant m where m.tenant_id = space and m.listed_id = t.tenant_id), true));
    update tenant t
    set status = 'active', suspended_by_scaikey = false
    where t.partner_id = space and t.status = 'suspended' and t.suspended_by_scaikey and served
        and coalesce(
            (select m.status = 'ACTIVE' from identity_tenant m where m.tenant_id = space and m.listed_id = t.tenant_id), true);
    return null;
end
$$;

create or replace function identity_status_of_new_tenant() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    before text := coalesce(current_setting('app.tenant_id', true), '');
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('scaivault/tenants of ' || new.partner_id, 0));
    perform set_config('app.tenant_id', new.partner_id, true);
    if exists (select from identity_partner p where p.tenant_id = new.partner_id and p.status <> 'ACTIVE')
        or exists (
            select from identity_tenant m
            where m.tenant_id = new.partner_id and m.listed_id = new.tenant_id and m.status <> 'ACTIVE') then
        new.status := 'suspended';
        new.suspended_by_scaikey := true;
    end if;
    perform set_config('app.tenant_id', before, true);
    return new;
end
$$;

create or replace function bump_partner_epochs() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    space text;
    before text := coalesce(current_setting('app.tenant_id', true), '');
begin
    for space in select distinct tenant_id from changed where tenant_id like 'ptn\_%' order by 1 loop
        perform pg_advisory_xact_lock(hashtextextended('scaivault/tenants of ' || space, 0));
        perform set_config('app.tenant_id', space, true);
        update public.tenant set epoch = epoch + 1 where partner_id = space and tenant_id <> space;
    end loop;
    perform set_config('app.tenant_id', before, true);
    return null;
end
$$;
