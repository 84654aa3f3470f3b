-- A partner's policies lie in the partner's shared space and decide in every tenant of the partner: a change of theirs moves the epoch of all of them.

-- What binds the owner of the table as well (FORCE) would keep the function below from the other tenants. This opens to it those of one partner at a time, and
-- to no role that serves requests anything.
create policy partner_epochs_seen on tenant for select to scaivault_owner
    using (partner_id = nullif(current_setting('app.tenant_id', true), ''));
create policy partner_epochs on tenant for update to scaivault_owner
    using (partner_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (partner_id = nullif(current_setting('app.tenant_id', true), ''));

-- Once for a statement, however many rows it changed.
create function bump_partner_epochs() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public
as $$
declare
    space text;
    before text := coalesce(current_setting('app.tenant_id', true), '');
begin
    for space in select distinct tenant_id from changed where tenant_id like 'ptn\_%' loop
        perform set_config('app.tenant_id', space, true);
        update public.tenant set epoch = epoch + 1 where partner_id = space and tenant_id <> space;
    end loop;
    perform set_config('app.tenant_id', before, true);
    return null;
end
$$;
revoke execute on function bump_partner_epochs() from public;

create trigger policy_added_to_partner after insert on policy
    referencing new table as changed for each statement execute function bump_partner_epochs();
create trigger policy_changed_of_partner after update on policy
    referencing new table as changed for each statement execute function bump_partner_epochs();
create trigger policy_removed_from_partner after delete on policy
    referencing old table as changed for each statement execute function bump_partner_epochs();
create trigger policy_binding_added_to_partner after insert on policy_binding
    referencing new table as changed for each statement execute function bump_partner_epochs();
create trigger policy_binding_changed_of_partner after update on policy_binding
    referencing new table as changed for each statement execute function bump_partner_epochs();
create trigger policy_binding_removed_from_partner after delete on policy_binding
    referencing old table as changed for each statement execute function bump_partner_epochs();

create index tenant_of_partner on tenant (partner_id);
